//! Reading a policy file: strict, with every problem at its line.

use baton_model::{
    AiPolicy, Costs, DetectorPolicy, HighValue, Place, Playbook, Policy, Refusal, RefusalCode, Rule, TrajectoryPolicy,
    Trigger,
};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{compiled, rules};

const MAX_BYTES: usize = 64 * 1024;
const MAX_RULES: usize = 100;
const MAX_PLAYBOOKS: usize = 100;
const MAX_STEPS: usize = 8;
const WEEK_SECONDS: u32 = 7 * 24 * 3600;
const KEYS: [&str; 9] = ["name", "version", "costs", "detectors", "trajectory", "ai", "high_value", "rules", "playbooks"];
const DETECTORS: [Trigger; 6] =
    [Trigger::Safety, Trigger::ExplicitRequest, Trigger::Abuse, Trigger::Distress, Trigger::Complaint, Trigger::Negotiation];

/// The policy a workspace starts with, and the file that explains the format.
pub fn default_toml() -> &'static str {
    include_str!("default.toml")
}

/// Reads and checks a policy. A refusal names every problem with its place.
pub fn parse(toml: &str) -> Result<Policy, Refusal> {
    let mut file = File { text: toml, problems: Vec::new() };
    let policy = file.read();
    match policy {
        Some(policy) if file.problems.is_empty() => Ok(policy),
        _ => Err(file.refusal()),
    }
}

struct File<'t> {
    text: &'t str,
    /// Line and problem.
    problems: Vec<(usize, String)>,
}

type Table<'t> = DeTable<'t>;
type Item<'t> = Spanned<DeValue<'t>>;

impl<'t> File<'t> {
    fn refusal(mut self) -> Refusal {
        self.problems.sort();
        self.problems.dedup();
        let count = match self.problems.len() {
            1 => "a problem".to_owned(),
            n => format!("{n} problems"),
        };
        let mut refusal = Refusal::new(RefusalCode::Invalid, format!("The policy has {count}; it was not applied."));
        refusal.places =
            self.problems.into_iter().map(|(line, problem)| Place { at: format!("policy.toml:{line}"), problem }).collect();
        refusal
    }

    fn problem(&mut self, offset: usize, problem: impl Into<String>) {
        let end = offset.min(self.text.len());
        let line = 1 + self.text.as_bytes()[..end].iter().filter(|b| **b == b'\n').count();
        self.problems.push((line, problem.into()));
    }

    fn read(&mut self) -> Option<Policy> {
        if self.text.len() > MAX_BYTES {
            self.problem(0, format!("the file is larger than {} KiB", MAX_BYTES / 1024));
            return None;
        }
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for e in &errors {
            self.problem(e.span().map_or(0, |s| s.start), e.message().to_owned());
        }
        if !errors.is_empty() {
            return None;
        }
        let root = root.into_inner();
        for (key, _) in root.iter().filter(|(k, _)| !KEYS.contains(&&**k.get_ref())) {
            self.problem(key.span().start, format!("unknown key `{}`; known are {}", key.get_ref(), KEYS.join(", ")));
        }
        let name = self.section::<String>(&root, "name");
        let version = root.get("version").map_or(Some(0), |v| self.item::<u32>(v));
        let costs = self.section::<Costs>(&root, "costs");
        let detectors = self.detectors(&root);
        let trajectory = self.section::<TrajectoryPolicy>(&root, "trajectory");
        let ai = self.section::<AiPolicy>(&root, "ai");
        let high_value = self.section::<HighValue>(&root, "high_value");
        let rules = self.rules(&root);
        let playbooks = self.playbooks(&root);
        // Everything that could be read is judged, also when another part could not.
        if let Some(name) = &name
            && (name.trim().is_empty() || name.chars().count() > 80)
        {
            self.at(&root, &["name"], "a name has 1 to 80 characters");
        }
        if version.is_some_and(|v| v != 0) {
            self.at(&root, &["version"], "the version is set when the policy is applied; leave it out");
        }
        costs.iter().for_each(|c| self.judge_costs(&root, c));
        trajectory.iter().for_each(|t| self.judge_trajectory(&root, t));
        ai.iter().for_each(|a| self.judge_ai(&root, a));
        high_value.iter().for_each(|h| self.judge_high_value(&root, h));
        Some(Policy {
            name: name?,
            version: 0,
            costs: costs?,
            detectors,
            trajectory: trajectory?,
            ai: ai?,
            high_value: high_value?,
            rules,
            playbooks,
        })
    }

    fn item<T: Deserialize<'t>>(&mut self, item: &Item<'t>) -> Option<T> {
        let start = item.span().start;
        match T::deserialize(item.clone().into_deserializer()) {
            Ok(value) => Some(value),
            Err(e) => {
                self.problem(e.span().map_or(start, |s| s.start), e.message().to_owned());
                None
            }
        }
    }

    fn section<T: Deserialize<'t>>(&mut self, root: &Table<'t>, key: &str) -> Option<T> {
        match root.get(key) {
            Some(item) => self.item(item),
            None => {
                self.problem(0, format!("`{key}` is missing"));
                None
            }
        }
    }

    /// Says a problem at the deepest part of a path that is written in the file.
    fn at(&mut self, table: &Table<'t>, path: &[&str], problem: impl Into<String>) {
        let (mut table, mut offset) = (table, 0);
        for part in path {
            let Some((key, value)) = table.iter().find(|(k, _)| &**k.get_ref() == *part) else { break };
            // The value's own start: a dotted or header key may be written elsewhere, too.
            offset = if value.get_ref().is_table() { key.span().start } else { value.span().start };
            match value.get_ref().as_table() {
                Some(inner) => table = inner,
                None => break,
            }
        }
        self.problem(offset, problem);
    }

    fn check(&mut self, ok: bool, root: &Table<'t>, path: &[&str], problem: impl Into<String>) {
        if !ok {
            self.at(root, path, problem);
        }
    }

    fn detectors(&mut self, root: &Table<'t>) -> std::collections::BTreeMap<Trigger, DetectorPolicy> {
        let mut all = std::collections::BTreeMap::new();
        let Some(section) = root.get("detectors") else { return all };
        let Some(table) = section.get_ref().as_table() else {
            self.problem(section.span().start, "`detectors` must be a table");
            return all;
        };
        for (key, value) in table {
            let name: &str = key.get_ref();
            let Some(trigger) = DETECTORS.into_iter().find(|t| t.name() == name) else {
                let known = DETECTORS.map(Trigger::name).join(", ");
                let hint = match name {
                    "high_value" => "; amounts are set in [high_value]",
                    "ai_limit" => "; the AI's limits are set in [ai] and [trajectory]",
                    "rule" => "; rules are written as [[rules]]",
                    _ => "",
                };
                self.problem(key.span().start, format!("unknown detector `{name}`; known are {known}{hint}"));
                continue;
            };
            if let Some(d) = self.item::<DetectorPolicy>(value) {
                self.judge_detector(root, trigger, &d);
                all.insert(trigger, d);
            }
        }
        all
    }

    fn judge_detector(&mut self, root: &Table<'t>, trigger: Trigger, d: &DetectorPolicy) {
        let path = |field| ["detectors", trigger.name(), field];
        self.check(d.offer > 0.0 && d.offer <= 1.1, root, &path("offer"), "`offer` is above 0 and at most 1.1");
        self.check(
            d.escalate > 0.0 && d.escalate <= 2.0,
            root,
            &path("escalate"),
            "`escalate` is above 0 and at most 2 (1.1 means never)",
        );
        self.check(
            d.offer <= d.escalate || d.offer.is_nan() || d.escalate.is_nan(),
            root,
            &path("offer"),
            "`offer` cannot be above `escalate`",
        );
        let max = match trigger {
            Trigger::Safety => compiled::SAFETY_MAX,
            Trigger::ExplicitRequest => compiled::EXPLICIT_MAX,
            _ => return,
        };
        let name = trigger.name();
        self.check(d.enabled, root, &path("enabled"), format!("`{name}` is a floor and cannot be disabled"));
        self.check(d.escalate <= max, root, &path("escalate"), format!("`{name}` is a floor: `escalate` is at most {max}"));
        let most = compiled::FLOOR_OFFER_MAX;
        self.check(d.offer <= most, root, &path("offer"), format!("`{name}` is a floor: `offer` is at most {most}"));
    }

    fn judge_costs(&mut self, root: &Table<'t>, c: &Costs) {
        for (field, cost) in [("late", c.late), ("needless", c.needless)] {
            self.check(cost > 0.0 && cost <= 1e6, root, &["costs", field], "a cost is above 0 and at most 1000000");
        }
    }

    fn judge_trajectory(&mut self, root: &Table<'t>, t: &TrajectoryPolicy) {
        let path = |field| ["trajectory", field];
        self.check(t.offer > 0.0 && t.offer <= 1.1, root, &path("offer"), "`offer` is above 0 and at most 1.1");
        self.check(
            t.escalate > 0.0 && t.escalate <= 2.0,
            root,
            &path("escalate"),
            "`escalate` is above 0 and at most 2 (1.1 means never)",
        );
        self.check(t.offer <= t.escalate, root, &path("offer"), "`offer` cannot be above `escalate`");
        self.check(t.release > 0.0 && t.release < t.offer, root, &path("release"), "`release` is above 0 and below `offer`");
        self.check(t.cooldown_seconds <= WEEK_SECONDS, root, &path("cooldown_seconds"), "a cooldown is a week at most");
    }

    fn judge_ai(&mut self, root: &Table<'t>, a: &AiPolicy) {
        let path = |field| ["ai", field];
        self.check((0.0..=1.0).contains(&a.confidence_floor), root, &path("confidence_floor"), "a confidence is 0 to 1");
        self.check((1..=20).contains(&a.attempts_before_offer), root, &path("attempts_before_offer"), "1 to 20 attempts");
        let range = a.attempts_before_offer..=20;
        let problem = "at least `attempts_before_offer`, and at most 20 attempts";
        self.check(range.contains(&a.attempts_before_escalation), root, &path("attempts_before_escalation"), problem);
        self.check((1..=20).contains(&a.tool_failures), root, &path("tool_failures"), "1 to 20 failures");
        self.check((1..=300).contains(&a.answer_timeout_seconds), root, &path("answer_timeout_seconds"), "1 to 300 seconds");
        self.check(a.polish_timeout_seconds <= 60, root, &path("polish_timeout_seconds"), "0 (never) to 60 seconds");
        self.check(
            (60..=WEEK_SECONDS).contains(&a.idle_close_seconds),
            root,
            &path("idle_close_seconds"),
            "60 seconds to a week",
        );
    }

    fn judge_high_value(&mut self, root: &Table<'t>, h: &HighValue) {
        self.check(h.amount_minor > 0, root, &["high_value", "amount_minor"], "an amount above 0, in minor units");
        let iso = h.currency.len() == 3 && h.currency.bytes().all(|b| b.is_ascii_uppercase());
        self.check(iso, root, &["high_value", "currency"], "a currency is three capitals, as in EUR");
    }

    fn rules(&mut self, root: &Table<'t>) -> Vec<Rule> {
        let Some(section) = root.get("rules") else { return Vec::new() };
        let Some(items) = section.get_ref().as_array() else {
            self.problem(section.span().start, "rules are written as [[rules]]");
            return Vec::new();
        };
        if items.len() > MAX_RULES {
            self.problem(section.span().start, format!("at most {MAX_RULES} rules"));
        }
        let mut rules: Vec<Rule> = Vec::new();
        for item in items.iter().take(MAX_RULES) {
            let Some(rule) = self.item::<Rule>(item) else { continue };
            if let Some(table) = item.get_ref().as_table() {
                self.judge_rule(table, &rule, &rules);
            }
            rules.push(rule);
        }
        rules
    }

    fn playbooks(&mut self, root: &Table<'t>) -> Vec<Playbook> {
        let Some(section) = root.get("playbooks") else { return Vec::new() };
        let Some(items) = section.get_ref().as_array() else {
            self.problem(section.span().start, "playbooks are written as [[playbooks]]");
            return Vec::new();
        };
        if items.len() > MAX_PLAYBOOKS {
            self.problem(section.span().start, format!("at most {MAX_PLAYBOOKS} playbooks"));
        }
        let mut playbooks: Vec<Playbook> = Vec::new();
        for item in items.iter().take(MAX_PLAYBOOKS) {
            let Some(playbook) = self.item::<Playbook>(item) else { continue };
            if let Some(table) = item.get_ref().as_table() {
                let class = playbook.class.trim().chars().count();
                self.check((1..=64).contains(&class), table, &["class"], "an issue class has 1 to 64 characters");
                let twice = playbooks.iter().any(|p| p.class == playbook.class);
                self.check(!twice, table, &["class"], format!("another playbook is for `{}`", playbook.class));
                let steps = &playbook.steps;
                self.check((1..=MAX_STEPS).contains(&steps.len()), table, &["steps"], format!("1 to {MAX_STEPS} steps"));
                let fits = |text: &str, most: usize| (1..=most).contains(&text.trim().chars().count());
                let sound = steps.iter().all(|s| {
                    fits(&s.text, 300) && fits(&s.rationale, 300) && s.draft.as_deref().is_none_or(|d| fits(d, 1_000))
                });
                let limits = "a step has a text and a rationale of 1 to 300 characters, and a draft of at most 1,000";
                self.check(sound, table, &["steps"], limits);
            }
            playbooks.push(playbook);
        }
        playbooks
    }

    fn judge_rule(&mut self, table: &Table<'t>, rule: &Rule, before: &[Rule]) {
        self.check(slug(&rule.id), table, &["id"], "an id has 1 to 64 lower-case letters, digits, _ or -");
        self.check(before.iter().all(|r| r.id != rule.id), table, &["id"], format!("another rule is called `{}`", rule.id));
        let said = rule.because.trim().chars().count();
        self.check((1..=200).contains(&said), table, &["because"], "a rule says why in 1 to 200 characters");
        if let Err(problems) = rules::check(&rule.when) {
            problems.into_iter().for_each(|p| self.at(table, &["when"], p));
        }
        if let Some(queue) = &rule.queue {
            self.check(slug(&queue.0), table, &["queue"], "a queue has 1 to 64 lower-case letters, digits, _ or -");
        }
        for (skill, level) in &rule.required_skills {
            self.check(
                !skill.trim().is_empty() && (1..=5).contains(level),
                table,
                &["required_skills"],
                "a skill has a name and a level from 1 to 5",
            );
        }
    }
}

fn slug(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problems(toml: &str) -> Vec<String> {
        parse(toml)
            .err()
            .map_or_else(Vec::new, |r| r.places.into_iter().map(|p| format!("{} {}", p.at, p.problem)).collect())
    }

    /// The default file with one line replaced.
    fn with(line: &str, by: &str) -> String {
        assert!(default_toml().contains(line), "{line}");
        default_toml().replacen(line, by, 1)
    }

    #[test]
    fn the_default_file_is_right_and_explains_every_trigger() {
        let policy = parse(default_toml()).expect("the default policy");
        assert_eq!(policy.rules.len(), 2);
        for trigger in Trigger::ALL {
            let shown = policy.detectors.contains_key(&trigger) || default_toml().contains(trigger.name());
            assert!(shown, "{trigger:?} is not in the default file");
        }
    }

    #[test]
    fn every_problem_is_told_with_its_line() {
        let text = r#"name = "broken"
colour = "red"

[costs]
late = 0
needless = 1

[detectors.safety]
offer = 0.5
escalate = 0.9
enabled = false

[detectors.explicit_request]
offer = 0.4
escalate = 0.95

[detectors.distress]
offer = 0.9
escalate = 0.5
tone = 1

[detectors.ai_limit]
offer = 0.9
escalate = 0.9

[trajectory]
offer = 0.5
escalate = 0.8
release = 0.6
cooldown_seconds = 60

[ai]
confidence_floor = 1.5
attempts_before_offer = 3
attempts_before_escalation = 2
tool_failures = 2
answer_timeout_seconds = 20
idle_close_seconds = 1800

[high_value]
amount_minor = 0
currency = "euro"
action = "offer_human"

[[rules]]
id = "one"
when = "signals.angry > 0.5 || mood > 1"
action = "escalate"
because = "x"

[[rules]]
id = "one"
when = "signals.anger >"
action = "escalate"
because = ""

[[rules]]
id = "two"
when = "true"
action = "explode"
because = "x"
"#;
        let told = problems(text);
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn single_faults() {
        for (line, by, part) in [
            ("name = \"default\"", "name = \"\"", "1 to 80"),
            ("name = \"default\"", "name = \"a\"\nversion = 3", "version is set"),
            ("[costs]\nlate = 2.0", "[costs]\nlate = -1", "a cost is above 0"),
            ("needless = 1.0", "needless = nan", "a cost is above 0"),
            ("urgency = \"critical\"", "urgency = \"extreme\"", "unknown variant"),
            ("cooldown_seconds = 600", "cooldown_seconds = 9999999", "a week at most"),
            ("tool_failures = 2", "tool_failures = \"two\"", "invalid type"),
            ("tool_failures = 2\n", "", "missing field"),
            ("[trajectory]", "[trajectories]", "`trajectory` is missing"),
            ("[costs]", "[costs", "policy.toml:"),
            ("id = \"vip_unhappy\"", "id = \"VIP unhappy\"", "an id has"),
            ("id = \"very_late_order\"", "id = \"vip_unhappy\"", "another rule"),
        ] {
            let told = problems(&with(line, by)).join("; ");
            assert!(told.contains(part), "{by}: {told}");
        }
        assert!(problems(&"#".repeat(MAX_BYTES + 1))[0].contains("larger"));
        assert!(!problems("").is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_is_judged(text in "[a-z0-9=\\[\\]\"'.\n# -]{0,200}") {
            let _judged = parse(&text).is_ok();
        }
    }
}
