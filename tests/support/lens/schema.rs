//! The official schema, where it is present: every document and every variable is held to it, and so is every answer.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use graphql_tools::parser::{parse_query, parse_schema};
use graphql_tools::static_graphql::{query, schema};
use graphql_tools::validation::rules::default_rules_validation_plan;
use graphql_tools::validation::validate::{ValidationPlan, validate};
use serde_json::{Map, Value};

/// What every GraphQL server has and no schema writes out.
const BUILT_IN: &str = "scalar Boolean scalar String scalar Int scalar Float scalar ID
    directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT";

pub struct Schema {
    document: schema::Document,
    plan: ValidationPlan,
    objects: HashMap<String, HashMap<String, schema::Type>>,
    inputs: HashMap<String, Input>,
    enums: HashMap<String, HashSet<String>>,
    pub unions: HashMap<String, Vec<String>>,
}

struct Input {
    one_of: bool,
    fields: Vec<schema::InputValue>,
}

impl Schema {
    /// The schema of Lens v3; none, said loudly, where it does not lie beside the checkout.
    pub fn official() -> Option<&'static Self> {
        static OFFICIAL: OnceLock<Option<Schema>> = OnceLock::new();
        OFFICIAL
            .get_or_init(|| {
                let path = crate::support::shared("specs/lens-schema.graphql")?;
                let text = std::fs::read_to_string(path).expect("the schema is readable");
                Some(Self::read(&text))
            })
            .as_ref()
    }

    fn read(text: &str) -> Self {
        let text = format!("{text}\n{BUILT_IN}");
        let document = parse_schema::<String>(&text)
            .expect("the schema can be parsed")
            .into_static();
        let mut found = Self {
            document,
            plan: default_rules_validation_plan(),
            objects: HashMap::new(),
            inputs: HashMap::new(),
            enums: HashMap::new(),
            unions: HashMap::new(),
        };
        for definition in &found.document.definitions {
            let schema::Definition::TypeDefinition(definition) = definition else {
                continue;
            };
            match definition {
                schema::TypeDefinition::Object(object) => {
                    let fields = object.fields.iter();
                    let fields = fields.map(|f| (f.name.clone(), f.field_type.clone()));
                    found.objects.insert(object.name.clone(), fields.collect());
                }
                schema::TypeDefinition::InputObject(input) => {
                    let one_of = input.directives.iter().any(|d| d.name == "oneOf");
                    let fields = input.fields.clone();
                    found
                        .inputs
                        .insert(input.name.clone(), Input { one_of, fields });
                }
                schema::TypeDefinition::Enum(list) => {
                    let values = list.values.iter().map(|value| value.name.clone());
                    found.enums.insert(list.name.clone(), values.collect());
                }
                schema::TypeDefinition::Union(union) => {
                    found.unions.insert(union.name.clone(), union.types.clone());
                }
                schema::TypeDefinition::Scalar(_) | schema::TypeDefinition::Interface(_) => {}
            }
        }
        found
    }

    /// What is wrong with a document.
    pub fn errors(&self, document: &query::Document) -> Vec<String> {
        validate(&self.document, document, &self.plan)
            .into_iter()
            .map(|error| error.message)
            .collect()
    }

    /// What is wrong with the variables of an operation.
    pub fn variable_errors(
        &self,
        definitions: &[query::VariableDefinition],
        variables: &Map<String, Value>,
    ) -> Vec<String> {
        let mut errors = Vec::new();
        for name in variables.keys() {
            if definitions.iter().all(|wanted| wanted.name != *name) {
                errors.push(format!("${name} is not asked for"));
            }
        }
        for wanted in definitions {
            let value = variables.get(&wanted.name).unwrap_or(&Value::Null);
            let text = wanted.var_type.to_string();
            self.check(value, &text, &format!("${}", wanted.name), &mut errors);
        }
        errors
    }

    /// Whether `value` is a `type`, given as it is written: `[PostId!]!`.
    fn check(&self, value: &Value, of: &str, place: &str, errors: &mut Vec<String>) {
        let (of, required) = match of.strip_suffix('!') {
            Some(of) => (of, true),
            None => (of, false),
        };
        if value.is_null() {
            if required {
                errors.push(format!("{place} is missing"));
            }
            return;
        }
        if let Some(of) = of.strip_prefix('[').and_then(|of| of.strip_suffix(']')) {
            match value {
                Value::Array(items) => items
                    .iter()
                    .for_each(|item| self.check(item, of, place, errors)),
                single => self.check(single, of, place, errors),
            }
        } else if let Some(values) = self.enums.get(of) {
            if !value.as_str().is_some_and(|value| values.contains(value)) {
                errors.push(format!("{place}: {value} is no {of}"));
            }
        } else if let Some(input) = self.inputs.get(of) {
            self.check_input(value, input, place, errors);
        } else {
            let fits = match of {
                "Int" => value.is_i64(),
                "Boolean" | "AlwaysTrue" => value.is_boolean(),
                "EvmAddress" => value
                    .as_str()
                    .is_some_and(|text| text.starts_with("0x") && text.len() == 42),
                _ => value.is_string(),
            };
            if !fits {
                errors.push(format!("{place}: {value} is no {of}"));
            }
        }
    }

    fn check_input(&self, value: &Value, input: &Input, place: &str, errors: &mut Vec<String>) {
        let Value::Object(given) = value else {
            errors.push(format!("{place}: {value} is no object"));
            return;
        };
        for name in given.keys() {
            if input.fields.iter().all(|field| field.name != *name) {
                errors.push(format!("{place} has no {name}"));
            }
        }
        let set = given.values().filter(|value| !value.is_null()).count();
        if input.one_of && set != 1 {
            errors.push(format!("{place} wants one field, not {set}"));
        }
        for field in &input.fields {
            let value = given.get(&field.name);
            if value.is_none() && field.default_value.is_some() {
                continue;
            }
            let of = field.value_type.to_string();
            let place = format!("{place}.{}", field.name);
            self.check(value.unwrap_or(&Value::Null), &of, &place, errors);
        }
    }

    /// What is wrong with an object that the fake is about to answer with: a field must be there, and not null where it
    /// may not be.
    pub fn object_error(&self, kind: &str, field: &str, value: Option<&Value>) -> Option<String> {
        let fields = self.objects.get(kind)?;
        let Some(of) = fields.get(field) else {
            return Some(format!("{kind} has no {field}"));
        };
        let missing = value.is_none_or(Value::is_null);
        (missing && of.to_string().ends_with('!')).then(|| format!("{kind}.{field} is null"))
    }
}

/// Reads an operation with its fragments.
pub fn parsed(text: &str) -> Result<query::Document, String> {
    parse_query::<String>(text)
        .map(graphql_tools::parser::query::Document::into_static)
        .map_err(|error| error.to_string())
}
