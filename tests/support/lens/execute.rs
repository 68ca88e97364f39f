//! Executes an operation over values that are prepared in full: takes of them what was asked for.

use std::collections::HashMap;

use graphql_tools::static_graphql::query;
use serde_json::{Map, Value, json};

use super::schema::Schema;

/// The unions that the operations use, for when there is no schema.
const UNIONS: [&str; 3] = ["AnyPost", "PostMetadata", "AnyMedia"];

/// One operation, ready.
pub struct Prepared {
    pub name: String,
    pub mutation: bool,
    pub variables: Map<String, Value>,
    definitions: Vec<query::VariableDefinition>,
    selections: Vec<query::Selection>,
    fragments: HashMap<String, query::FragmentDefinition>,
}

impl Prepared {
    /// Reads and checks what was sent.
    pub fn read(body: &[u8]) -> Result<Self, Vec<String>> {
        let request: Value =
            serde_json::from_slice(body).map_err(|error| vec![error.to_string()])?;
        let text = request["query"].as_str().unwrap_or_default();
        let document = super::schema::parsed(text).map_err(|error| vec![error])?;
        let variables = request["variables"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        if let Some(schema) = Schema::official() {
            let errors = schema.errors(&document);
            if !errors.is_empty() {
                return Err(errors);
            }
        }
        let mut fragments = HashMap::new();
        let mut operation = None;
        for definition in document.definitions {
            match definition {
                query::Definition::Fragment(fragment) => {
                    fragments.insert(fragment.name.clone(), fragment);
                }
                query::Definition::Operation(found) => operation = Some(found),
            }
        }
        let (name, mutation, definitions, selections) = match operation {
            Some(query::OperationDefinition::Query(it)) => (
                it.name,
                false,
                it.variable_definitions,
                it.selection_set.items,
            ),
            Some(query::OperationDefinition::Mutation(it)) => (
                it.name,
                true,
                it.variable_definitions,
                it.selection_set.items,
            ),
            _ => return Err(vec!["there is no operation".to_owned()]),
        };
        let prepared = Self {
            name: name.unwrap_or_default(),
            mutation,
            variables,
            definitions,
            selections,
            fragments,
        };
        if let Some(schema) = Schema::official() {
            let errors = schema.variable_errors(&prepared.definitions, &prepared.variables);
            if !errors.is_empty() {
                return Err(errors);
            }
        }
        Ok(prepared)
    }

    /// The fields of the root with their arguments: alias, name, arguments.
    pub fn roots(&self) -> Vec<(query::Field, Map<String, Value>)> {
        self.selections
            .iter()
            .filter_map(|selection| match selection {
                query::Selection::Field(field) if self.included(&field.directives) => {
                    Some((field.clone(), self.arguments(field)))
                }
                _ => None,
            })
            .collect()
    }

    fn arguments(&self, field: &query::Field) -> Map<String, Value> {
        let arguments = field.arguments.iter();
        arguments
            .map(|(name, value)| (name.clone(), self.value(value)))
            .collect()
    }

    fn value(&self, value: &query::Value) -> Value {
        match value {
            query::Value::Variable(name) => {
                self.variables.get(name).cloned().unwrap_or(Value::Null)
            }
            query::Value::Int(number) => json!(number.as_i64()),
            query::Value::Float(number) => json!(number),
            query::Value::String(text) | query::Value::Enum(text) => json!(text),
            query::Value::Boolean(flag) => json!(flag),
            query::Value::Null => Value::Null,
            query::Value::List(items) => items.iter().map(|item| self.value(item)).collect(),
            query::Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.value(value)))
                .collect(),
        }
    }

    fn included(&self, directives: &[query::Directive]) -> bool {
        directives.iter().all(|directive| {
            let condition = directive.arguments.iter().find(|(name, _)| name == "if");
            let condition = condition.is_some_and(|(_, value)| self.value(value) == json!(true));
            match directive.name.as_str() {
                "include" => condition,
                "skip" => !condition,
                _ => true,
            }
        })
    }

    /// What was asked for, of a value that has everything.
    pub fn project(&self, field: &query::Field, value: &Value) -> Result<Value, String> {
        self.of(&field.selection_set.items, value)
    }

    fn of(&self, selections: &[query::Selection], value: &Value) -> Result<Value, String> {
        match value {
            Value::Array(items) => items.iter().map(|item| self.of(selections, item)).collect(),
            Value::Object(object) if !selections.is_empty() => {
                let mut out = Map::new();
                self.fill(selections, object, &mut out)?;
                Ok(Value::Object(out))
            }
            plain => Ok(plain.clone()),
        }
    }

    fn fill(
        &self,
        selections: &[query::Selection],
        object: &Map<String, Value>,
        out: &mut Map<String, Value>,
    ) -> Result<(), String> {
        let kind = object
            .get("__typename")
            .and_then(Value::as_str)
            .unwrap_or_default();
        for selection in selections {
            match selection {
                query::Selection::Field(field) if self.included(&field.directives) => {
                    let name = field.alias.as_ref().unwrap_or(&field.name).clone();
                    let value = self.field(field, kind, object)?;
                    out.insert(name, self.of(&field.selection_set.items, &value)?);
                }
                query::Selection::Field(_) => {}
                query::Selection::FragmentSpread(spread) => {
                    let fragment = self
                        .fragments
                        .get(&spread.fragment_name)
                        .ok_or("an unknown fragment")?;
                    let query::TypeCondition::On(on) = &fragment.type_condition;
                    if is_a(kind, on) {
                        self.fill(&fragment.selection_set.items, object, out)?;
                    }
                }
                query::Selection::InlineFragment(inline) => {
                    let fits = match &inline.type_condition {
                        Some(query::TypeCondition::On(on)) => is_a(kind, on),
                        None => true,
                    };
                    if fits {
                        self.fill(&inline.selection_set.items, object, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(
        &self,
        field: &query::Field,
        kind: &str,
        object: &Map<String, Value>,
    ) -> Result<Value, String> {
        if field.name == "__typename" {
            return Ok(json!(kind));
        }
        // A picture has other addresses for other sizes.
        let arguments = self.arguments(field);
        let small = arguments
            .get("request")
            .is_some_and(|request| request.get("preferTransform").is_some());
        let value = small
            .then(|| object.get(&format!("{}@small", field.name)))
            .flatten()
            .or_else(|| object.get(&field.name));
        if let Some(error) =
            Schema::official().and_then(|schema| schema.object_error(kind, &field.name, value))
        {
            return Err(error);
        }
        Ok(value.cloned().unwrap_or(Value::Null))
    }
}

fn is_a(kind: &str, on: &str) -> bool {
    if kind == on {
        return true;
    }
    match Schema::official().and_then(|schema| schema.unions.get(on)) {
        Some(members) => members.iter().any(|member| member == kind),
        None => UNIONS.contains(&on),
    }
}
