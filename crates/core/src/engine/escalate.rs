//! Opening an escalation, packaging it, booking a callback, sending it back to the queue.

use std::sync::Arc;

use baton_model::{
    Author, Callback, CallbackSlot, Conversation, Decision, Embedding, Escalation, EscalationId, EscalationState, Event,
    Gap, Holder, HumanAgentId, Millis, NoticeKind, Outcome, Package, QueueId, RequeueReason, Requirements, RescindReason,
    Tier, Trigger,
};

use super::{
    notices::{self, Booked},
    state::Solved,
    step::Step,
    waits::promised_words,
};
use crate::{assess::Assessment, follow, learn::RECONTACT_WITHIN, package, route};

/// Articles put before the packager; it ranks them by the customer's words.
const ARTICLES_CONSIDERED: usize = 2_000;

impl Step<'_> {
    /// Escalates in one commit: decision, control, work item, obligation, package, acknowledgement.
    pub(super) fn open_escalation(&mut self, c: &Arc<Conversation>, assessment: &Assessment) -> EscalationId {
        if let Some(open) = self.state.open_escalation(c).cloned() {
            return open.id;
        }
        self.pass_control(c, Holder::Queue);
        let id: EscalationId = self.ids.draw();
        let escalation = self.new_escalation(id, c, assessment);
        let closed = route_closed(&escalation, self);
        self.emit_for(&escalation.clone(), Event::EscalationOpened { escalation: Arc::new(escalation) });
        self.owe_anew(id);
        let Ok(e) = self.escalation(id) else { return id };
        self.build_package(&e);
        self.ask_polish(&e);
        if closed {
            self.book_callback(&e, None, None, Booked::Closed(e.trigger));
        } else {
            self.acknowledge(&e, c);
        }
        id
    }

    fn new_escalation(&self, id: EscalationId, c: &Conversation, assessment: &Assessment) -> Escalation {
        let decision: &Decision = &assessment.decision;
        // A claimed identity buys no place in the line.
        let customer = self.state.verified_record(c);
        let tier = customer.map_or(Tier::Standard, |c| c.tier);
        let issue_class = issue_class(c);
        let language = language(c).or_else(|| customer.and_then(|c| c.locale.as_deref()).map(route::fit::primary_language));
        let mut item = route::place(&route::Placing {
            queues: &self.state.queues,
            issue_class: &issue_class,
            tier,
            urgency: decision.urgency,
            channel: c.channel,
            language: language.as_deref(),
            queue: assessment.queue.as_ref(),
            required_skills: &assessment.required_skills,
            now: self.now,
        });
        let queue = self.state.queue(&item.queue);
        let earlier = self.solved_before(c);
        // Whoever solved it is asked first, for as long as anybody may take to accept.
        let again = earlier.map_or(0, |_| item.target_seconds.min(queue.max_wait_seconds.saturating_sub(1)));
        let asked_first = queue.sticky_seconds.max(again);
        if asked_first > 0
            && let Some(last) = self.last_human(c)
        {
            item.preferred = Some(last);
            item.preferred_until = Some(self.now + Millis::secs(i64::from(asked_first)));
        }
        let clocks = match earlier {
            Some(earlier) => follow::reopened(queue, tier, earlier, self.now),
            None => follow::clocks(queue, tier, self.now),
        };
        Escalation {
            id,
            conversation: c.id,
            channel: c.channel,
            opened_at: self.now,
            trigger: decision.reason().map_or(Trigger::ExplicitRequest, |r| r.trigger),
            decision: Arc::new(decision.clone()),
            issue_class,
            tier,
            urgency: decision.urgency,
            item,
            state: EscalationState::Queued { since: self.now },
            obligation: None,
            clocks,
            offers: Vec::new(),
            promises: Vec::new(),
            callbacks: Vec::new(),
            transfers: 0,
            reopens: earlier.map(|e| e.id),
            handled_by: Vec::new(),
            accepted_at: None,
            first_reply_at: None,
            ended_at: None,
            outcome: None,
            package: None,
            polishing: None,
            review: None,
        }
    }

    /// What this conversation was thought to be done with: its last escalation was solved a short while ago.
    fn solved_before(&self, c: &Conversation) -> Option<&Escalation> {
        let last = self.state.escalations.get(c.escalations.last()?)?;
        let solved = matches!(last.outcome, Some(Outcome::Resolved | Outcome::ResolvedByFollowUp));
        let ended = last.ended_at.filter(|_| solved)?;
        (self.now.since(ended) <= RECONTACT_WITHIN).then_some(&**last)
    }

    /// Whom this customer had last: in this conversation, else in one that is remembered of a known customer.
    fn last_human(&self, c: &Conversation) -> Option<HumanAgentId> {
        let known = c.customer.external_id.as_ref().filter(|_| c.customer.verified);
        let past = known.and_then(|id| self.state.contacts.get(id)).into_iter().flatten().map(|p| p.conversation);
        let earlier = past.filter_map(|id| self.state.conversations.get(&id).map(|c| &**c));
        let escalations = std::iter::once(c).chain(earlier).flat_map(|c| c.escalations.iter().rev());
        let mut handled = escalations.filter_map(|e| self.state.escalations.get(e)?.handled_by.last().copied());
        handled.find(|h| self.state.humans.contains_key(h))
    }

    pub(super) fn build_package(&mut self, e: &Escalation) {
        if let Some(package) = self.packaged(e) {
            self.emit_for(e, Event::PackageBuilt { escalation: e.id, package: Arc::new(package) });
        }
    }

    /// The package as it would be now.
    fn packaged(&self, e: &Escalation) -> Option<Package> {
        let e = self.current(e);
        let state = &self.state;
        let c = state.with_facts(&self.conversation_of(&e)?);
        let known = c.customer.external_id.as_ref().filter(|_| c.customer.verified);
        let past = known.and_then(|id| state.contacts.get(id));
        let mut package = package::build(&package::Materials {
            escalation: &e,
            conversation: &c,
            queue_name: &state.queue(&e.item.queue).name,
            articles: state.articles.values().take(ARTICLES_CONSIDERED).map(|a| &**a).collect(),
            playbooks: &state.policy.playbooks,
            past_contacts: past.map(|p| p.iter().cloned().collect()).unwrap_or_default(),
            similar: similar(state.solved.iter(), &e.issue_class, meaning(&c)),
            now: self.now,
        });
        e.package.iter().for_each(|before| package::keep_wording(&mut package, before));
        Some(package)
    }

    /// What somebody writes while they wait may fill a gap: the package takes it in at once, and whoever told one thing is
    /// asked for the next, if they like.
    pub(super) fn take_in_answer(&mut self, e: &Escalation) {
        let e = self.current(e);
        // Building is dear: only where something was asked for.
        let Some(before) = e.package.as_ref().filter(|p| !asks(p).is_empty()) else { return };
        let Some(now) = self.packaged(&e) else { return };
        let wanted = |gap: &Gap| now.completeness.gaps.iter().any(|g| g.what == gap.what && g.ask.is_some());
        let filled = |gap: &Gap| gap.ask.is_some() && !wanted(gap);
        if !before.completeness.gaps.iter().any(filled) {
            return;
        }
        let open = asks(&now);
        self.emit_for(&e, Event::PackageBuilt { escalation: e.id, package: Arc::new(now) });
        let Some(c) = self.conversation_of(&e) else { return };
        let told = |ask: &str| c.turns.iter().any(|t| matches!(t.author, Author::Notice { .. }) && t.text.contains(ask));
        let next = open.into_iter().find(|ask| !told(ask)).filter(|_| e.trigger != Trigger::Safety);
        self.notify(&c, NoticeKind::WaitUpdate, notices::passed_on(next.as_deref()));
    }

    fn acknowledge(&mut self, e: &Escalation, c: &Conversation) {
        let promise = self.promise_wait(e);
        let wait = promise.as_ref().map(promised_words);
        let advice = promise.as_ref().and_then(|p| self.callback_advice(e, p));
        let built = self.current(e);
        let missing = built.package.as_deref().and_then(|p| asks(p).into_iter().next());
        let mut text = notices::acknowledgement(
            e.trigger,
            &notices::first_name(c, &self.state),
            promise.map(|p| p.position),
            wait.as_deref(),
            missing.as_deref(),
        );
        if let Some(slots) = advice {
            text.push_str(&notices::callback_instead(&slots));
        }
        self.notify(c, NoticeKind::Acknowledgement, text);
    }

    /// Books a callback and tells the customer the time in their own zone; the AI keeps helping meanwhile.
    pub(super) fn book_callback(
        &mut self,
        e: &Escalation,
        chosen: Option<&CallbackSlot>,
        contact: Option<&str>,
        why: Booked,
    ) {
        let Some(c) = self.conversation_of(e) else { return };
        self.rescind(e, RescindReason::CallbackBooked);
        let zone = notices::zone(&c, &self.state);
        let slot = match chosen {
            Some(slot) => slot.clone(),
            None => {
                let queue = self.state.queue(&e.item.queue);
                let mut slots = follow::slots(queue, &zone, self.now, 1);
                if slots.is_empty() {
                    return;
                }
                slots.remove(0)
            }
        };
        let contact = contact.map(str::to_owned).or_else(|| notices::contact(&c, &self.state));
        let words = crate::calendar::local_words(slot.at, &zone, self.now);
        let text = notices::callback_booked(why, &notices::first_name(&c, &self.state), &words, &zone, contact.as_deref());
        let callback = Callback { at: slot.at, time_zone: zone, contact, booked_at: self.now, chosen: chosen.is_some() };
        self.emit_for(e, Event::CallbackBooked { escalation: e.id, callback });
        let notice = match why {
            Booked::Closed(_) => NoticeKind::Acknowledgement,
            Booked::WaitTooLong | Booked::Chosen => NoticeKind::CallbackBooked,
        };
        self.notify(&c, notice, text);
        self.pass_control(&c, Holder::Ai);
        self.owe_anew(e.id);
    }

    /// The slot has come: the item is queued again, at its real age and with its clocks running.
    pub(super) fn start_callback(&mut self, e: &Escalation) {
        let Some(c) = self.conversation_of(e) else { return };
        self.pass_control(&c, Holder::Queue);
        let next_step_at = route::first_step_at(self.state.queue(&e.item.queue), self.now);
        let requirements = e.item.strict.clone();
        self.emit_for(e, Event::CallbackStarted { escalation: e.id, requirements, next_step_at });
        self.notify(&c, NoticeKind::WaitUpdate, notices::callback_started());
        self.resume_clocks(e);
        self.owe_anew(e.id);
    }

    /// What stood still goes on: the open time that was left is left from now.
    pub(super) fn resume_clocks(&mut self, e: &Escalation) {
        let e = self.current(e);
        for clock in e.clocks.iter().filter(|c| c.stopped_at.is_none()) {
            if let Some(since) = clock.paused_at {
                let clock = follow::resumed(self.state.queue(&e.item.queue), clock, since, self.now);
                self.emit_for(&e, Event::ClockStarted { escalation: e.id, clock });
            }
        }
    }

    /// It is the customer's turn.
    pub(super) fn pause_clocks(&mut self, e: &Escalation) {
        let e = self.current(e);
        let kinds: Vec<_> = follow::to_pause(self.state.queue(&e.item.queue), &e).collect();
        for kind in kinds {
            self.emit_for(&e, Event::ClockPaused { escalation: e.id, kind });
        }
    }

    /// Back to the queue at the real age, with the customer told. `preferred` is asked first.
    #[expect(clippy::too_many_arguments, reason = "each is a fact of the one event")]
    pub(super) fn requeue(
        &mut self,
        e: &Escalation,
        from: Option<HumanAgentId>,
        queue: &QueueId,
        preferred: Option<HumanAgentId>,
        why: RequeueReason,
        note: &str,
        text: String,
    ) {
        let Some(c) = self.conversation_of(e) else { return };
        let queue = self.state.queue(queue).clone();
        let strict = self.strict_in(e, &queue.id);
        let requirements = preferred.map_or_else(|| strict.clone(), |human| self.eased_for(human, &strict));
        let event = Event::Requeued {
            escalation: e.id,
            from,
            queue: queue.id.clone(),
            requirements,
            strict,
            preferred,
            next_step_at: route::first_step_at(&queue, self.now),
            why,
            note: note.to_owned(),
        };
        self.emit_for(e, event);
        if c.holder != Holder::Queue {
            self.pass_control(&c, Holder::Queue);
        }
        self.resume_clocks(e);
        self.owe_anew(e.id);
        let wait = self.promise_wait(e).as_ref().map(promised_words);
        let notice = if why == RequeueReason::Transferred { NoticeKind::Transferred } else { NoticeKind::Delay };
        self.notify(&c, notice, notices::with_wait(text, wait.as_deref()));
    }

    /// Another queue brings its own requirements.
    fn strict_in(&self, e: &Escalation, queue: &QueueId) -> Requirements {
        if *queue == e.item.queue {
            return e.item.strict.clone();
        }
        Requirements { language: e.item.strict.language.clone(), ..route::requirements(self.state.queue(queue)) }
    }

    /// Relaxed just so far that the named person qualifies.
    fn eased_for(&self, human: HumanAgentId, strict: &Requirements) -> Requirements {
        let mut eased = strict.clone();
        let Some(profile) = self.state.humans.get(&human).map(|h| &h.profile) else { return eased };
        eased.skills.retain(|skill, least| profile.skills.get(skill).is_some_and(|has| has >= least));
        eased.language = eased.language.filter(|l| route::fit::speaks(profile, l));
        if !eased.queues.iter().any(|q| route::fit::serves(profile, q)) {
            eased.queues.extend(profile.queues.first().cloned());
        }
        eased
    }
}

/// What the customer could tell while they wait, the most telling first.
fn asks(package: &Package) -> Vec<String> {
    package.completeness.gaps.iter().rev().filter_map(|gap| gap.ask.clone()).collect()
}

/// Nobody will come soon: closed now.
fn route_closed(e: &Escalation, step: &Step<'_>) -> bool {
    let queue = step.state.queue(&e.item.queue);
    let staffed = step.state.backlog.staffed(&queue.id, step.now);
    follow::nobody_will_come(queue, staffed, step.now)
}

/// The class that the customer's turns speak for, weighted by confidence; the latest wins a tie.
pub(super) fn issue_class(c: &Conversation) -> String {
    let mut scores: Vec<(String, f32)> = Vec::new();
    for guess in c.turns.iter().filter(|t| t.is_customer()).filter_map(|t| t.signals.issue_class.as_ref()) {
        match scores.iter_mut().find(|(label, _)| *label == guess.label) {
            Some((_, score)) => *score += guess.score,
            None => scores.push((guess.label.clone(), guess.score)),
        }
    }
    scores
        .into_iter()
        .reduce(|best, next| if next.1 >= best.1 { next } else { best })
        .map_or_else(|| "other".into(), |(l, _)| l)
}

/// Where the conversation stands in meaning: the customer's longest turn tells most.
pub(super) fn meaning(c: &Conversation) -> Option<&Embedding> {
    let told = c.turns.iter().filter(|t| t.is_customer() && t.signals.embedding.is_some());
    told.max_by_key(|t| t.text.len()).and_then(|t| t.signals.embedding.as_ref())
}

/// From this cosine on two conversations are about the same.
const ALIKE: f32 = 0.6;
/// Solved cases put before the packager.
const CASES: usize = 5;

/// The most alike first. Where one side has no embedding the class decides, and the newest comes first.
fn similar<'a>(
    solved: impl Iterator<Item = &'a Solved>,
    class: &str,
    meaning: Option<&Embedding>,
) -> Vec<package::SimilarCase<'a>> {
    let likeness = |case: &Solved| match (meaning, &case.meaning) {
        (Some(ours), Some(theirs)) => ours.cosine(theirs),
        _ if case.issue_class == class => ALIKE,
        _ => 0.0,
    };
    let mut all: Vec<(f32, &Solved)> = solved.map(|case| (likeness(case), case)).filter(|(l, _)| *l >= ALIKE).collect();
    // Stable: newest first among equals.
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.truncate(CASES);
    let case = |(_, s): (f32, &'a Solved)| package::SimilarCase {
        escalation: s.escalation,
        headline: &s.headline,
        issue_class: &s.issue_class,
        resolution: &s.resolution,
    };
    all.into_iter().map(case).collect()
}

fn language(c: &Conversation) -> Option<String> {
    let heard = c.turns.iter().rev().filter(|t| t.is_customer()).find_map(|t| t.signals.language.as_ref());
    heard
        .filter(|l| l.score >= 0.5)
        .map(|l| l.label.clone())
        .or_else(|| c.customer.locale.as_deref().map(route::fit::primary_language))
}

#[cfg(test)]
mod tests {
    use baton_model::{IdSource, Timestamp};

    use super::*;

    fn axis(x: f32, y: f32) -> Embedding {
        let mut vector = [0.0; Embedding::DIMENSIONS];
        (vector[0], vector[1]) = (x, y);
        Embedding::of(&vector).expect("a direction")
    }

    #[test]
    fn cases_alike_in_meaning_come_first_and_the_class_decides_without_one() {
        let mut ids = IdSource::new(Timestamp::default(), 1);
        let mut case = |class: &str, meaning: Option<Embedding>| Solved {
            escalation: ids.draw(),
            headline: String::new(),
            issue_class: class.into(),
            resolution: String::new(),
            meaning,
        };
        let solved = [
            case("a", None),
            case("b", Some(axis(0.0, 1.0))),
            case("b", Some(axis(0.9, 0.3))),
            case("b", Some(axis(1.0, 0.0))),
        ];
        let found = |class: &str, meaning: Option<&Embedding>| -> Vec<usize> {
            let place =
                |c: &package::SimilarCase<'_>| solved.iter().position(|s| s.escalation == c.escalation).expect("ours");
            similar(solved.iter(), class, meaning).iter().map(place).collect()
        };
        assert_eq!(found("a", Some(&axis(1.0, 0.0))), [3, 2, 0]);
        assert_eq!(found("b", None), [1, 2, 3]);
    }
}
