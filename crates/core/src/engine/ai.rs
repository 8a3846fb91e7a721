//! Turns of the AI, its questions to the assistant, and what an assessment leads to.

use std::sync::Arc;

use baton_model::{
    Action, AiMeta, AiMode, Author, Conversation, ConversationId, Decision, Effect, Epoch, Escalation, EscalationState,
    Event, Facts, FactsState, Holder, Millis, NoticeKind, Policy, QueueId, Refusal, RefusalCode, Reply, RequestId, Said,
    Signals, Skills, Stream, Timestamp, TurnId,
};

use super::{
    notices,
    step::{NewTurn, Step, check_text},
};
use crate::{
    assess::{self, Assessment, Seen},
    calendar, route,
};

/// Turns given to a model as context.
const HISTORY_TURNS: usize = 16;

impl Step<'_> {
    /// Judges the last turn and records the decision, also when it is *continue*.
    pub(super) fn assess(&mut self, c: &Arc<Conversation>, asked: Option<&str>) -> Option<Assessment> {
        let turn = c.turns.last()?;
        let facts = self.state.facts_of(c);
        let compiled = Arc::clone(self.state.compiled_for(c.id));
        let assessment = assess::assess(&compiled, &seen(c, turn, facts.as_ref(), asked, self.now));
        let decision = Arc::new(assessment.decision.clone());
        self.emit(Stream::Conversation(c.id), Event::Decided { conversation: c.id, decision });
        self.watch(c, asked, assessment.decision.action);
        Some(assessment)
    }

    pub(super) fn assess_customer_turn(&mut self, c: &Arc<Conversation>) {
        let Some(assessment) = self.assess(c, None) else { return };
        if let Some(e) = self.booked_callback(c) {
            if assessment.decision.action == Action::Escalate {
                self.hasten_callback(&e, &assessment);
            } else {
                self.ask_ai(c.id);
            }
            return;
        }
        match assessment.decision.action {
            Action::Continue => self.ask_ai(c.id),
            Action::OfferHuman => self.offer_human(c, &assessment),
            Action::Escalate => {
                self.open_escalation(c, &assessment);
            }
        }
    }

    /// After a turn of the AI: an unsupported answer or a promised transfer is a decision too.
    fn assess_ai_turn(&mut self, id: ConversationId) {
        let Some(c) = self.state.conversations.get(&id).cloned() else { return };
        if let Some(assessment) = self.assess(&c, None) {
            self.act_on_ai(&c, &assessment);
        }
    }

    fn act_on_ai(&mut self, c: &Arc<Conversation>, assessment: &Assessment) {
        if self.state.open_escalation(c).is_some() {
            return;
        }
        match assessment.decision.action {
            Action::Continue => {}
            Action::OfferHuman if c.human_offer.is_some() => {}
            Action::OfferHuman => self.offer_human(c, assessment),
            Action::Escalate => {
                self.open_escalation(c, assessment);
            }
        }
    }

    fn booked_callback(&self, c: &Conversation) -> Option<Arc<Escalation>> {
        self.state.open_escalation(c).filter(|e| matches!(e.state, EscalationState::CallbackScheduled { .. })).cloned()
    }

    /// They ask again although a callback is booked: now, if somebody is there; else at the booked time, with more weight.
    pub(super) fn hasten_callback(&mut self, e: &Arc<Escalation>, assessment: &Assessment) {
        self.grow_urgent(e, assessment);
        let e = self.current(e);
        let EscalationState::CallbackScheduled { callback } = &e.state else { return };
        let open = calendar::is_open(&self.state.queue(&e.item.queue).hours, self.now);
        if open && self.state.backlog.anyone_for(&e.item.strict, self.now) {
            self.start_callback(&e);
        } else if let Some(c) = self.conversation_of(&e) {
            let words = calendar::local_words(callback.at, &callback.time_zone, self.now);
            let trigger = assessment.decision.reason().map(|r| r.trigger);
            self.notify(&c, NoticeKind::WaitUpdate, notices::callback_reminder(&words, trigger));
        }
    }

    /// A turn that is more urgent than what brought them here: the item weighs more, and its package says why.
    pub(super) fn grow_urgent(&mut self, e: &Escalation, assessment: &Assessment) {
        let urgency = assessment.decision.urgency;
        if assessment.decision.action != Action::Escalate || urgency <= e.urgency {
            return;
        }
        let priority = route::raised(e.item.priority);
        self.emit_for(e, Event::Raised { escalation: e.id, priority, urgency: Some(urgency) });
        self.build_package(e);
    }

    fn offer_human(&mut self, c: &Arc<Conversation>, assessment: &Assessment) {
        let trigger = assessment.decision.reason().map(|r| r.trigger);
        let turn = self.notify(c, NoticeKind::HumanOffer, notices::human_offer(trigger));
        let decision = Arc::new(assessment.decision.clone());
        self.emit(Stream::Conversation(c.id), Event::HumanOffered { conversation: c.id, turn, decision });
    }

    pub(super) fn settle_human_offer(&mut self, c: &Arc<Conversation>, accept: bool) {
        let Some(offer) = c.human_offer.clone() else { return };
        self.emit(Stream::Conversation(c.id), Event::HumanOfferAnswered { conversation: c.id, accepted: accept });
        let Some(c) = self.state.conversations.get(&c.id).cloned() else { return };
        if accept {
            // The reason is the one the offer was made for.
            let mut decision = (*offer.decision).clone();
            decision.action = Action::Escalate;
            decision.at = self.now;
            let (queue, required_skills) = rule_demands(self.state.policy_for(c.id), &decision);
            self.open_escalation(&c, &Assessment { decision, queue, required_skills });
        } else {
            self.notify(&c, NoticeKind::HandedBack, notices::offer_declined());
            // The question that the offer stood in for is still open.
            let asked = c.turns.iter().position(|t| t.id == offer.decision.turn && t.is_customer());
            if let Some(asked) = asked
                && !c.turns[asked..].iter().any(|t| matches!(t.author, Author::AiAgent))
            {
                self.ask_ai_about(c.id, offer.decision.turn);
            }
        }
    }

    /// Puts the last customer turn to the built-in assistant. An external bot answers by itself.
    pub(super) fn ask_ai(&mut self, id: ConversationId) {
        let last = self.state.conversations.get(&id).and_then(|c| c.last_customer_turn()).map(|t| t.id);
        if let Some(turn) = last {
            self.ask_ai_about(id, turn);
        }
    }

    fn ask_ai_about(&mut self, id: ConversationId, turn: TurnId) {
        let Some(c) = self.state.conversations.get(&id).cloned() else { return };
        if c.ai_mode != AiMode::BuiltIn {
            return;
        }
        let stream = Stream::Conversation(id);
        if let Some(older) = &c.pending_answer {
            // The newer question carries the older one in its history.
            let failed = Some("overtaken by a newer turn".to_owned());
            self.emit(stream, Event::AnswerSettled { conversation: id, request: older.request, failed });
        }
        let request: RequestId = self.ids.draw();
        let due = self.now + Millis::secs(i64::from(self.state.policy_for(id).ai.answer_timeout_seconds));
        self.emit(stream, Event::AnswerRequested { conversation: id, request, epoch: c.epoch, turn, due });
        self.effects.push(ask_effect(&c, request, turn, due));
    }

    /// An external bot's answer, refused when control has moved on.
    pub(super) fn ai_turn(
        &mut self,
        id: ConversationId,
        epoch: Epoch,
        text: &str,
        signals: &Signals,
        meta: &AiMeta,
    ) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        check_epoch(&c, epoch)?;
        check_meta(meta)?;
        if meta.no_answer && text.trim().is_empty() {
            let last = c.turns.last().map(|t| t.id);
            let last = last.ok_or_else(|| Refusal::new(RefusalCode::WrongState, "nothing has been asked yet"))?;
            self.count_ai_failure(id, "the AI has no answer");
            return Ok(self.turn_reply(id, last));
        }
        check_text(&c, text)?;
        let turn = self.add_ai_turn(&c, text, signals, meta);
        self.assess_ai_turn(id);
        Ok(self.turn_reply(id, turn))
    }

    fn add_ai_turn(&mut self, c: &Conversation, text: &str, signals: &Signals, meta: &AiMeta) -> TurnId {
        let turn =
            NewTurn { signals: signals.clone(), ai: Some(meta.clone()), ..NewTurn::plain(Author::AiAgent, text.to_owned()) };
        self.add_turn(c, turn)
    }

    pub(super) fn tool_turn(
        &mut self,
        id: ConversationId,
        epoch: Epoch,
        name: &str,
        ok: bool,
        text: &str,
    ) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        check_epoch(&c, epoch)?;
        if name.trim().is_empty() || name.len() > 200 {
            return Err(Refusal::new(RefusalCode::Invalid, "a tool turn needs a name of 1 to 200 bytes"));
        }
        if !text.is_empty() {
            check_text(&c, text)?;
        }
        let turn = self.add_turn(&c, NewTurn::plain(Author::Tool { name: name.to_owned(), ok }, text.to_owned()));
        if !ok {
            self.assess_ai_turn(id);
        }
        Ok(self.turn_reply(id, turn))
    }

    pub(super) fn assistant_answered(
        &mut self,
        request: RequestId,
        id: ConversationId,
        text: &str,
        signals: &Signals,
        meta: &AiMeta,
    ) -> Result<Reply, Refusal> {
        let Ok(c) = self.conversation(id) else { return Ok(Reply::Done) };
        // Answered before, or overtaken: nothing reaches the customer.
        let Some(pending) = c.pending_answer.clone().filter(|p| p.request == request) else { return Ok(Reply::Done) };
        if pending.epoch != c.epoch || c.holder != Holder::Ai {
            return Ok(Reply::Done);
        }
        if check_text(&c, text).is_err() || check_meta(meta).is_err() {
            self.ai_gave_no_answer(&c, request, "the AI's answer was empty or malformed");
            return Ok(Reply::Done);
        }
        self.emit(Stream::Conversation(id), Event::AnswerSettled { conversation: id, request, failed: None });
        self.add_ai_turn(&c, text, signals, meta);
        self.assess_ai_turn(id);
        Ok(Reply::Done)
    }

    pub(super) fn assistant_failed(&mut self, request: RequestId, id: ConversationId, why: &str) -> Result<Reply, Refusal> {
        if let Ok(c) = self.conversation(id)
            && c.pending_answer.as_ref().is_some_and(|p| p.request == request)
        {
            self.ai_gave_no_answer(&c, request, why);
        }
        Ok(Reply::Done)
    }

    /// The AI failed or fell silent: that is a decision, and the customer hears something.
    pub(super) fn ai_gave_no_answer(&mut self, c: &Arc<Conversation>, request: RequestId, why: &str) {
        let failed = Some(notices::shorten(why, 200));
        self.emit(Stream::Conversation(c.id), Event::AnswerSettled { conversation: c.id, request, failed });
        self.count_ai_failure(c.id, why);
    }

    /// A failure of the AI is assessed like a turn, and never met with silence.
    pub(super) fn count_ai_failure(&mut self, id: ConversationId, why: &str) {
        let Some(c) = self.state.conversations.get(&id).cloned() else { return };
        let Some(turn) = c.turns.last() else { return };
        let facts = self.state.facts_of(&c);
        let compiled = Arc::clone(self.state.compiled_for(id));
        let assessment = assess::ai_failed(&compiled, &seen(&c, turn, facts.as_ref(), None, self.now), why);
        let decision = Arc::new(assessment.decision.clone());
        self.emit(Stream::Conversation(id), Event::Decided { conversation: id, decision });
        self.act_on_ai(&c, &assessment);
        let said = self.state.conversations.get(&id).is_some_and(|now| now.turns.len() > c.turns.len());
        if !said {
            self.notify(&c, NoticeKind::Delay, notices::ai_stumbled());
        }
    }

    pub(super) fn facts_arrived(&mut self, request: RequestId, id: ConversationId, facts: &Facts) -> Result<Reply, Refusal> {
        if self.awaits_facts(id, request) {
            let event = Event::FactsLearned { conversation: id, request, facts: facts.clone() };
            self.emit(Stream::Conversation(id), event);
        }
        Ok(Reply::Done)
    }

    pub(super) fn facts_failed(&mut self, request: RequestId, id: ConversationId, why: &str) -> Result<Reply, Refusal> {
        if self.awaits_facts(id, request) {
            let opened = self.state.conversations.get(&id).map_or(self.now, |c| c.opened_at);
            let after = self.now.since(opened);
            let event = Event::FactsMissed { conversation: id, request, why: notices::shorten(why, 200), after };
            self.emit(Stream::Conversation(id), event);
        }
        Ok(Reply::Done)
    }

    fn awaits_facts(&self, id: ConversationId, request: RequestId) -> bool {
        let c = self.state.conversations.get(&id);
        c.is_some_and(|c| matches!(c.facts, FactsState::Pending { request: r, .. } if r == request))
    }
}

pub(super) fn seen<'a>(
    c: &'a Conversation,
    turn: &'a baton_model::Turn,
    facts: Option<&'a Facts>,
    asked: Option<&'a str>,
    now: Timestamp,
) -> Seen<'a> {
    Seen { conversation: c, turn, facts, asked, now }
}

/// What the rules behind a decision demand of routing.
fn rule_demands(policy: &Policy, decision: &Decision) -> (Option<QueueId>, Skills) {
    let rules = || decision.reasons.iter().filter_map(|r| policy.rules.iter().find(|rule| rule.id == r.rule));
    let queue = rules().find_map(|r| r.queue.clone());
    let skills = rules().flat_map(|r| r.required_skills.clone()).collect();
    (queue, skills)
}

fn check_epoch(c: &Conversation, epoch: Epoch) -> Result<(), Refusal> {
    if c.holder == Holder::Ai && c.epoch == epoch {
        return Ok(());
    }
    let detail = format!(
        "the AI may not write: control is at epoch {} and this was generated under epoch {}; drop it and read the conversation again",
        c.epoch.0, epoch.0
    );
    Err(Refusal::new(RefusalCode::StaleEpoch, detail))
}

fn check_meta(meta: &AiMeta) -> Result<(), Refusal> {
    if meta.confidence.is_some_and(|c| !(0.0..=1.0).contains(&c)) {
        return Err(Refusal::new(RefusalCode::Invalid, "meta.confidence must be between 0 and 1"));
    }
    if meta.citations.len() > 20 {
        return Err(Refusal::new(RefusalCode::Invalid, "meta.citations has more than 20 entries"));
    }
    for (n, c) in meta.citations.iter().enumerate() {
        // JSON has no infinity: a score that is none would make the journal unreadable.
        if !c.score.is_finite() {
            return Err(Refusal::new(RefusalCode::Invalid, format!("meta.citations[{n}].score is not a finite number")));
        }
        if c.article.len() > 200 || c.title.len() > 500 || c.quote.len() > 4_000 {
            let detail = format!("meta.citations[{n}]: at most 200 bytes of article, 500 of title, 4,000 of quote");
            return Err(Refusal::new(RefusalCode::Invalid, detail));
        }
    }
    if meta.version.as_ref().is_some_and(|v| v.len() > 100) {
        return Err(Refusal::new(RefusalCode::Invalid, "meta.version is longer than 100 bytes"));
    }
    Ok(())
}

fn ask_effect(c: &Conversation, request: RequestId, turn: TurnId, due: Timestamp) -> Effect {
    let asked = c.turns.iter().position(|t| t.id == turn).unwrap_or(0);
    let history = c.turns[..asked]
        .iter()
        .filter(|t| t.visible_to_customer())
        .rev()
        .take(HISTORY_TURNS)
        .map(|t| Said { by_customer: t.is_customer(), text: t.text.clone() })
        .collect::<Vec<_>>();
    Effect::AskAssistant {
        request,
        conversation: c.id,
        question: c.turns.get(asked).map_or_else(String::new, |t| t.text.clone()),
        history: history.into_iter().rev().collect(),
        due,
    }
}

/// What this conversation still waits for from outside.
pub(super) fn pending_effects(c: &Conversation) -> Vec<Effect> {
    let answer = c.pending_answer.as_ref().map(|p| ask_effect(c, p.request, p.turn, p.due));
    let facts = match &c.facts {
        FactsState::Pending { request, due } => {
            Some(Effect::LookUpFacts { request: *request, conversation: c.id, customer: c.customer.clone(), due: *due })
        }
        FactsState::Unknown | FactsState::Known { .. } | FactsState::Failed { .. } => None,
    };
    answer.into_iter().chain(facts).collect()
}
