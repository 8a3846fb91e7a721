//! A policy ready to be asked: thresholds resolved, rules compiled once.

use std::{fmt, sync::Arc};

use baton_model::{Action, DetectorPolicy, Layer, Policy, Rule, SignalKind, Trigger, Urgency};
use cel::Program;

use super::{Matches, Seen, course::Course, evidence, facts::Variables, reason, rules};

/// The floor's bounds: what a policy may ask at most before a person comes in.
pub(super) const SAFETY_MAX: f32 = 0.6;
pub(super) const EXPLICIT_MAX: f32 = 0.7;
/// Nor may the offer of the floor be raised above this.
pub(super) const FLOOR_OFFER_MAX: f32 = 0.5;

#[derive(Clone)]
pub struct CompiledPolicy {
    pub policy: Arc<Policy>,
    /// By index in `policy.rules`; a rule that does not compile is left out and never matches.
    rules: Arc<[CompiledRule]>,
    needs: rules::Needs,
}

struct CompiledRule {
    index: usize,
    program: Program,
    signals: Vec<SignalKind>,
    /// Mentions `turn.role`: asked on every turn, not only the customer's.
    any_role: bool,
}

impl fmt::Debug for CompiledPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompiledPolicy").field("policy", &self.policy).field("rules", &self.rules.len()).finish()
    }
}

impl CompiledPolicy {
    pub fn new(policy: Arc<Policy>) -> Self {
        let mut needs = rules::Needs::default();
        let rules = policy
            .rules
            .iter()
            .enumerate()
            .filter_map(|(index, rule)| {
                let checked = rules::check(&rule.when).ok()?;
                needs.add(&checked);
                Some(CompiledRule { index, any_role: checked.any_role, signals: checked.signals, program: checked.program })
            })
            .collect();
        Self { policy, rules, needs }
    }

    /// Thresholds of a detector: the file's, or those that follow from the costs; floors stay within their bounds.
    pub(super) fn detector(&self, trigger: Trigger) -> DetectorPolicy {
        let mut d = self.policy.detectors.get(&trigger).cloned().unwrap_or_else(|| from_costs(&self.policy, trigger));
        let max = match trigger {
            Trigger::Safety => SAFETY_MAX,
            Trigger::ExplicitRequest => EXPLICIT_MAX,
            _ => return d,
        };
        d.enabled = true;
        d.escalate = if d.escalate.is_finite() { d.escalate.min(max) } else { max };
        d.offer = if d.offer.is_finite() { d.offer.min(FLOOR_OFFER_MAX) } else { FLOOR_OFFER_MAX };
        d
    }

    pub(super) fn ask_rules(&self, seen: &Seen<'_>, course: &Course<'_>, found: &mut Matches) {
        if self.rules.is_empty() {
            return;
        }
        let customer = seen.turn.is_customer();
        let mut variables: Option<Variables<'_>> = None;
        for compiled in self.rules.iter().filter(|r| customer || r.any_role) {
            let variables = variables.get_or_insert_with(|| Variables::of(seen, course, self.needs));
            if variables.holds(&compiled.program) {
                let rule = &self.policy.rules[compiled.index];
                found.record(rule, seen, &compiled.signals);
            }
        }
    }
}

impl Matches {
    fn record(&mut self, rule: &Rule, seen: &Seen<'_>, signals: &[SignalKind]) {
        let mut r = reason(rule.trigger, Layer::Rule, &rule.id, rule.action, rule.urgency);
        r.because.clone_from(&rule.because);
        r.evidence = evidence::of_signals(seen.turn, signals, 0.3);
        self.reasons.push(r);
        if rule.action > Action::Continue {
            if self.queue.is_none() {
                self.queue.clone_from(&rule.queue);
            }
            for (skill, level) in &rule.required_skills {
                let held = self.required_skills.entry(skill.clone()).or_insert(0);
                *held = (*held).max(*level);
            }
        }
    }
}

/// Escalate when p > needless / (needless + late). An offer disturbs a quarter as much as a needless escalation.
fn from_costs(policy: &Policy, trigger: Trigger) -> DetectorPolicy {
    let at = |needless: f32| (needless / (needless + policy.costs.late)).clamp(0.01, 1.0);
    let urgency = match trigger {
        Trigger::Safety => Urgency::Critical,
        Trigger::Distress | Trigger::Complaint => Urgency::High,
        _ => Urgency::Normal,
    };
    DetectorPolicy { offer: at(policy.costs.needless / 4.0), escalate: at(policy.costs.needless), urgency, enabled: true }
}
