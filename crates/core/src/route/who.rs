//! Who may serve what, in the owner's own words: a CEL expression of a queue over `person` and `item`.
//!
//! Asked once for each kind of item and each profile, never at a match.

use std::{collections::HashMap, fmt};

use baton_model::{HumanProfile, Requirements};
use cel::{Context, Program, Value};

use crate::expression::{self, Vocabulary};

const WORDS: Vocabulary = Vocabulary { variables: &["person", "item"], fields, list: None };

fn fields(variable: &str) -> Option<Vec<&'static str>> {
    Some(match variable {
        "person" => vec!["name", "skills", "languages", "queues", "region", "attributes", "capacity"],
        "item" => vec!["queue", "skills", "language", "region", "attributes"],
        _ => return None,
    })
}

pub(super) struct Who(Program);

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Who")
    }
}

impl Who {
    /// Compiles the expression, or says everything that is wrong with it.
    pub(super) fn new(source: &str) -> Result<Self, Vec<String>> {
        let who = Self(expression::compile(source, &WORDS)?.program);
        let mut person = HumanProfile { name: "Ana".into(), region: Some("emea".into()), ..HumanProfile::default() };
        person.languages.push("de".into());
        let item = Requirements { language: Some("de".into()), region: Some("emea".into()), ..Requirements::default() };
        expression::judged(who.ask(&person, &item), "who may serve")?;
        Ok(who)
    }

    /// An expression that fails does not hold.
    pub(super) fn allows(&self, person: &HumanProfile, item: &Requirements) -> bool {
        matches!(self.ask(person, item), Ok(Value::Bool(true)))
    }

    fn ask(&self, person: &HumanProfile, item: &Requirements) -> Result<Value, cel::ExecutionError> {
        let mut context = Context::with_env(expression::environment());
        let person = HashMap::from([
            ("name", Value::from(person.name.as_str())),
            ("skills", numbers(&person.skills)),
            ("languages", Value::from(person.languages.clone())),
            ("queues", Value::from(person.queues.iter().map(|q| q.0.clone()).collect::<Vec<_>>())),
            ("region", Value::from(person.region.as_deref().unwrap_or(""))),
            ("attributes", texts(&person.attributes)),
            ("capacity", Value::Int(i64::from(person.capacity))),
        ]);
        let item = HashMap::from([
            ("queue", Value::from(item.queues.first().map_or("", |q| q.0.as_str()))),
            ("skills", numbers(&item.skills)),
            ("language", Value::from(item.language.as_deref().unwrap_or(""))),
            ("region", Value::from(item.region.as_deref().unwrap_or(""))),
            ("attributes", texts(&item.attributes)),
        ]);
        context.add_variable_from_value("person", person);
        context.add_variable_from_value("item", item);
        self.0.execute(&context)
    }
}

fn numbers(skills: &baton_model::Skills) -> Value {
    Value::from(skills.iter().map(|(s, n)| (s.as_str(), Value::Int(i64::from(*n)))).collect::<HashMap<_, _>>())
}

fn texts(attributes: &std::collections::BTreeMap<String, String>) -> Value {
    Value::from(attributes.iter().map(|(k, v)| (k.as_str(), Value::from(v.as_str()))).collect::<HashMap<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::fit::tests::profile;

    #[test]
    fn the_owner_says_who() {
        let mut ana = profile("Ana", &[("billing", 4)], &["de"]);
        ana.region = Some("emea".into());
        ana.attributes.insert("clearance".into(), "card-data".into());
        let item = Requirements { language: Some("de".into()), ..Requirements::default() };
        for (source, want) in [
            ("person.skills['billing'] >= 4", true),
            ("person.skills['legal'] >= 1", false),
            ("has(person.skills.legal) || person.region == 'emea'", true),
            ("person.attributes.clearance == 'card-data' && item.language in person.languages", true),
            ("item.language == 'fr' || size(person.queues) > 0", false),
        ] {
            assert_eq!(Who::new(source).expect(source).allows(&ana, &item), want, "{source}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (source, part) in [
            ("person.age > 3", "unknown field `person.age`"),
            ("signals.anger > 0.5", "unknown variable `signals`"),
            ("person.name", "true or false"),
            ("person.capacity == 'x' ||", "not a CEL expression"),
            ("person.region > 3", "types do not fit"),
            ("person.languages.exists(l, l == 'de')", "a loop can go over a written list only"),
        ] {
            let problems = Who::new(source).err().unwrap_or_default().join("; ");
            assert!(problems.contains(part), "{source}: {problems:?}");
        }
    }
}
