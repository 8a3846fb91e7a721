//! A model may reword the summary while the customer waits: asked after the commit, answered as an input, checked word by
//! word, and never waited for.

use baton_model::{Effect, Escalation, EscalationId, Event, Millis, Polished, Reply, RequestId};

use super::{State, notices, step::Step};
use crate::package;

impl Step<'_> {
    /// Where the policy allows it.
    pub(super) fn ask_polish(&mut self, e: &Escalation) {
        let seconds = self.state.policy_for(e.conversation).ai.polish_timeout_seconds;
        if seconds == 0 {
            return;
        }
        let request: RequestId = self.ids.draw();
        let due = self.now + Millis::secs(i64::from(seconds));
        self.emit_for(e, Event::PolishRequested { escalation: e.id, request, due });
        self.effects.extend(effect(&self.current(e)));
    }

    pub(super) fn package_polished(&mut self, request: RequestId, id: EscalationId, sentences: &[Polished]) -> Reply {
        let Ok(e) = self.escalation(id) else { return Reply::Done };
        let awaited = e.polishing.is_some_and(|p| p.request == request);
        let (Some(package), Some(c), true) = (&e.package, self.conversation_of(&e), awaited) else { return Reply::Done };
        let c = self.state.with_facts(&c);
        let (mut claims, mut refused) = (Vec::new(), Vec::new());
        for claim in package.summary.iter().filter(|claim| claim.plain.is_none()) {
            // Unchanged words are no news.
            let Some(said) = sentences.iter().find(|s| s.plain == claim.text && s.words != s.plain) else { continue };
            match package::reworded(package, &c, claim, &said.words) {
                Ok(claim) => claims.push(claim),
                Err(why) => refused.push(why.to_owned()),
            }
        }
        self.emit_for(&e, Event::PackagePolished { escalation: id, request, claims, refused });
        Reply::Done
    }

    pub(super) fn polish_failed(&mut self, request: RequestId, id: EscalationId, why: &str) -> Reply {
        if let Ok(e) = self.escalation(id)
            && e.polishing.is_some_and(|p| p.request == request)
        {
            let why = notices::shorten(why, 200);
            self.emit_for(&e, Event::PolishMissed { escalation: id, request, why });
        }
        Reply::Done
    }
}

fn effect(e: &Escalation) -> Option<Effect> {
    let polishing = e.polishing?;
    let sentences = package::to_polish(e.package.as_deref()?);
    Some(Effect::PolishPackage { request: polishing.request, escalation: e.id, sentences, due: polishing.due })
}

/// What models are still asked for: issued again after a restart.
pub(super) fn pending(state: &State) -> impl Iterator<Item = Effect> {
    state.escalations.values().filter_map(|e| effect(e))
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::super::tests_support::World;

    fn asked(w: &mut World, seconds: u32) -> (EscalationId, Vec<Event>) {
        let toml = crate::assess::default_toml()
            .replace("polish_timeout_seconds = 0", &format!("polish_timeout_seconds = {seconds}"));
        w.supervisor(Input::PutPolicy { toml, why: String::new() }).expect("applied");
        let c = w.open();
        w.say(c, 0.1);
        let events = w.bot(Input::RequestHuman { conversation: c, why: None });
        (*w.conversation(c).escalations.last().expect("escalated"), events)
    }

    fn summary(w: &World, id: EscalationId) -> Vec<Claim> {
        w.state.escalations[&id].package.as_ref().expect("a package").summary.clone()
    }

    fn answer(w: &mut World, request: RequestId, escalation: EscalationId, plain: &str, words: &str) -> Vec<Event> {
        let sentences = vec![Polished { plain: plain.into(), words: words.into() }];
        w.submit(Actor::System, Input::PackagePolished { request, escalation, sentences }).expect("taken")
    }

    fn request(events: &[Event]) -> Option<RequestId> {
        events.iter().find_map(|e| if let Event::PolishRequested { request, .. } = e { Some(*request) } else { None })
    }

    #[test]
    fn nobody_is_asked_unless_the_policy_says_so() {
        assert_eq!(request(&asked(&mut World::new(), 0).1), None);
    }

    #[test]
    fn what_is_founded_is_taken_once_and_what_is_not_leaves_the_local_words() {
        let mut w = World::new();
        let (id, events) = asked(&mut w, 5);
        let request = request(&events).expect("a model is asked");
        assert_eq!(super::super::pending_effects(&w.state).len(), 1, "and again after a restart");
        let plain = summary(&w, id)[0].text.clone();
        let lie = answer(&mut w, request, id, &plain, "They ordered 500 lamps and threaten to sue.");
        let taken = |e: &Event| matches!(e, Event::PackagePolished { claims, refused, .. } if claims.is_empty() && refused.len() == 1);
        assert!(lie.iter().any(taken), "{lie:?}");
        assert_eq!(summary(&w, id)[0].text, plain);
        assert!(super::super::pending_effects(&w.state).is_empty());
        assert!(answer(&mut w, request, id, &plain, "Too late.").is_empty(), "one answer");

        let (id, events) = asked(&mut w, 5);
        let request = self::request(&events).expect("a model is asked");
        let words = format!("Well, {plain}");
        let events = answer(&mut w, request, id, &plain, &words);
        assert!(
            events.iter().any(|e| matches!(e, Event::PackagePolished { claims, .. } if claims.len() == 1)),
            "{events:?}"
        );
        let claim = summary(&w, id)[0].clone();
        assert_eq!((claim.text, claim.plain), (words.clone(), Some(plain)));
        assert_eq!(super::super::violations(&w.state, w.state.clock()), Vec::<String>::new());
    }

    #[test]
    fn a_slow_model_is_given_up_at_its_due_time() {
        let mut w = World::new();
        let (id, _) = asked(&mut w, 1);
        w.steps += 5;
        let events = w.submit(Actor::System, Input::Wake).expect("awake");
        assert!(events.iter().any(|e| matches!(e, Event::PolishMissed { escalation, .. } if *escalation == id)));
        assert!(w.state.escalations[&id].polishing.is_none());
    }
}
