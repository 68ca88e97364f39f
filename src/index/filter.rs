//! What a search is narrowed to before it looks for anything.

use lancedb::datafusion::functions_nested::expr_fn::{array_has_any, make_array};
use lancedb::expr::{DfExpr, col, is_in, lit};

use super::rows;

/// Only rows for which all of this holds. An empty list and a `None` ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub workspace: Option<i64>,
    /// Any of these.
    pub networks: Vec<String>,
    /// Any of these, with or without `@`, in any case.
    pub authors: Vec<String>,
    /// Any of these, with or without `#`, in any case.
    pub tags: Vec<String>,
    /// From this millisecond on.
    pub since: Option<i64>,
    /// Before this millisecond.
    pub until: Option<i64>,
    pub own: Option<bool>,
}

impl Filter {
    /// As an expression, not as SQL text: names and tags come from outside, and a value can never become a condition.
    pub(super) fn expression(&self) -> Option<DfExpr> {
        let conditions = [
            self.workspace.map(|id| col(rows::WORKSPACE).eq(lit(id))),
            any_of(rows::NETWORK, self.networks.iter().cloned()),
            any_of(
                rows::AUTHOR,
                self.authors.iter().map(|name| rows::folded(name)),
            ),
            self.tagged(),
            self.since
                .map(|from| col(rows::CREATED_AT).gt_eq(lit(from))),
            self.until.map(|to| col(rows::CREATED_AT).lt(lit(to))),
            self.own.map(|own| col(rows::OWN).eq(lit(own))),
        ];
        conditions.into_iter().flatten().reduce(DfExpr::and)
    }

    fn tagged(&self) -> Option<DfExpr> {
        if self.tags.is_empty() {
            return None;
        }
        let wanted = self.tags.iter().map(|tag| lit(rows::folded(tag))).collect();
        Some(array_has_any(col(rows::TAGS), make_array(wanted)))
    }
}

fn any_of(column: &str, values: impl Iterator<Item = String>) -> Option<DfExpr> {
    let values: Vec<DfExpr> = values.map(lit).collect();
    match values.len() {
        0 => None,
        _ => Some(is_in(col(column), values)),
    }
}

/// The rows with one of these ids.
pub(super) fn with_ids(ids: &[i64]) -> DfExpr {
    is_in(col(rows::ID), ids.iter().copied().map(lit).collect())
}
