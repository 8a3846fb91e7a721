//! What each operation of a plan does in the world.

use baton_core::engine::view;
use baton_model::*;

use crate::{history::mark, plan::Op, setup, world::World};

/// Requests that a client may send again.
const RETRIED: usize = 30;

fn pick<T: Clone>(list: &[T], index: u8) -> Option<T> {
    (!list.is_empty()).then(|| list[usize::from(index) % list.len()].clone())
}

impl World {
    pub(crate) fn perform(&mut self, op: &Op) -> Result<(), String> {
        match op {
            Op::Pass { ms } => self.pass(*ms),
            Op::Open { customer, external } => self.open(*customer, *external),
            Op::Say { conversation, text } => self.with(*conversation, |w, id| {
                let (text, mark) = w.marked(setup::TEXTS[usize::from(*text) % setup::TEXTS.len()]);
                let input = Input::CustomerTurn { conversation: id, text, signals: Signals::default() };
                w.request(Actor::Customer { conversation: id }, Some(mark), input)
            }),
            Op::AskHuman { conversation } => {
                self.as_customer(*conversation, |id| Input::RequestHuman { conversation: id, why: None })
            }
            Op::AnswerOffer { conversation, accept } => {
                let accept = *accept;
                self.as_customer(*conversation, |id| Input::AnswerHumanOffer { conversation: id, accept })
            }
            Op::CancelWait { conversation } => self.as_customer(*conversation, |id| Input::CancelWait { conversation: id }),
            Op::ChooseCallback { conversation, slot } => self.with(*conversation, |w, id| {
                let slots = view::public(&w.state, id, w.now).map(|p| p.callback_slots).unwrap_or_default();
                let Some(slot) = pick(&slots, *slot) else { return Ok(None) };
                let input = Input::ChooseCallback { conversation: id, slot, contact: Some("+49 30 1234567".into()) };
                w.request(Actor::Customer { conversation: id }, None, input)
            }),
            Op::Connect { conversation, connected } => {
                let connected = *connected;
                self.as_customer(*conversation, |id| Input::CustomerPresence { conversation: id, connected })
            }
            Op::Leave { conversation } => {
                self.as_customer(*conversation, |id| Input::LeaveConversation { conversation: id })
            }
            Op::Rate { conversation, stars } => {
                let stars = *stars;
                self.as_customer(*conversation, |id| Input::Rate { conversation: id, stars, comment: None })
            }
            Op::Close { conversation } => {
                self.with(*conversation, |w, id| w.request(Actor::Bot, None, Input::CloseConversation { conversation: id }))
            }
            Op::BotSays { conversation, kind, stale } => self.bot_says(*conversation, *kind, *stale),
            Op::Tool { conversation, ok } => self.with(*conversation, |w, id| {
                let Some(c) = view::conversation(&w.state, id, w.now) else { return Ok(None) };
                let (text, mark) = w.marked("result");
                let epoch = c.conversation.epoch;
                let input = Input::ToolTurn { conversation: id, epoch, name: "get_order".into(), ok: *ok, text };
                w.request(Actor::Bot, Some(mark), input)
            }),
            Op::Answer { ask, kind, twice } => self.answer(*ask, *kind, *twice),
            Op::Facts { look_up, ok } => self.facts(*look_up, *ok),
            Op::Presence { human, willing } => self.presence(*human, *willing),
            Op::Vanish { human } => {
                if let Some(id) = pick(&self.humans, *human) {
                    self.alive.remove(&id);
                }
                Ok(())
            }
            Op::SignOut { human } => self.as_human(*human, |id| Some(Input::Disconnect { human_agent: id })),
            Op::See { human } => self.desk(*human, |d| d.offers.first().map(|o| Input::SeeOffer { offer: o.offer })),
            Op::Accept { human } => self.desk(*human, |d| d.offers.first().map(|o| Input::AcceptOffer { offer: o.offer })),
            Op::Decline { human } => self.desk(*human, |d| {
                d.offers.first().map(|o| Input::DeclineOffer { offer: o.offer, reason: DeclineReason::Busy })
            }),
            Op::Reply { human, item } => self.reply(*human, *item),
            Op::Transfer { human, item, to } => self.transfer(*human, *item, *to),
            Op::HandBack { human, item, verdict } => {
                let (item, verdict) = (*item, setup::verdict(*verdict));
                self.desk(*human, |d| {
                    let escalation = pick(&d.work, item)?.escalation;
                    Some(Input::HandBack { escalation, note: "please send the label".into(), verdict })
                })
            }
            Op::Resolve { human, item, verdict } => {
                let (item, verdict) = (*item, setup::verdict(*verdict));
                self.desk(*human, |d| {
                    let all: Vec<_> = d.work.iter().chain(&d.later).cloned().collect();
                    Some(Input::Resolve { escalation: pick(&all, item)?.escalation, message: None, verdict })
                })
            }
            Op::Verdict { human, item, verdict } => {
                let (item, verdict) = (*item, setup::verdict(*verdict));
                self.desk(*human, |d| {
                    let escalation = pick(&d.later, item)?.escalation;
                    Some(Input::GiveVerdict { escalation, verdict: verdict? })
                })
            }
            Op::Retry { which } => self.retry(*which),
            Op::Crash { after_commit } => {
                self.crash = Some(*after_commit);
                Ok(())
            }
            Op::ClockBack { ms } => {
                self.now = self.now - Millis(*ms);
                Ok(())
            }
            Op::Snapshot => {
                self.snapshot = Some((self.state.position(), self.state.snapshot()));
                Ok(())
            }
        }
    }

    fn marked(&mut self, text: &str) -> (String, String) {
        self.messages += 1;
        let mark = mark(self.messages);
        (format!("{text} {mark}"), mark)
    }

    fn with(
        &mut self,
        conversation: u8,
        f: impl FnOnce(&mut Self, ConversationId) -> Result<Option<Reply>, String>,
    ) -> Result<(), String> {
        match pick(&self.conversations, conversation) {
            Some(id) => f(self, id).map(|_| ()),
            None => Ok(()),
        }
    }

    fn as_customer(&mut self, conversation: u8, input: impl FnOnce(ConversationId) -> Input) -> Result<(), String> {
        self.with(conversation, |w, id| w.request(Actor::Customer { conversation: id }, None, input(id)))
    }

    fn as_human(&mut self, human: u8, input: impl FnOnce(HumanAgentId) -> Option<Input>) -> Result<(), String> {
        let Some(id) = pick(&self.humans, human) else { return Ok(()) };
        match input(id) {
            Some(input) => self.request(Actor::Human { human_agent: id }, None, input).map(|_| ()),
            None => Ok(()),
        }
    }

    fn desk(&mut self, human: u8, input: impl FnOnce(&DeskView) -> Option<Input>) -> Result<(), String> {
        let Some(id) = pick(&self.humans, human) else { return Ok(()) };
        let Some(desk) = view::desk(&self.state, id, self.now) else { return Ok(()) };
        self.as_human(human, |_| input(&desk))
    }

    fn open(&mut self, customer: u8, external: bool) -> Result<(), String> {
        let ai_mode = if external { AiMode::External } else { AiMode::BuiltIn };
        let customer = setup::customer_ref(customer);
        let input = Input::OpenConversation { conversation: None, channel: Channel::Chat, ai_mode, customer };
        if let Some(Reply::Conversation { conversation }) = self.request(Actor::Bot, None, input)? {
            self.conversations.push(conversation);
        }
        Ok(())
    }

    fn bot_says(&mut self, conversation: u8, kind: u8, stale: bool) -> Result<(), String> {
        self.with(conversation, |w, id| {
            let Some(c) = view::conversation(&w.state, id, w.now) else { return Ok(None) };
            let epoch = c.conversation.epoch;
            let epoch = if stale { Epoch(epoch.0.saturating_sub(1)) } else { epoch };
            let (text, meta) = setup::answer(kind);
            let (text, mark) = w.marked(text);
            let input = Input::AiTurn { conversation: id, epoch, text, signals: Signals::default(), meta };
            w.request(Actor::Bot, Some(mark), input)
        })
    }

    fn answer(&mut self, ask: u8, kind: u8, twice: bool) -> Result<(), String> {
        self.reword(ask, kind)?;
        let Some((request, conversation)) = pick(&self.asks, ask) else { return Ok(()) };
        if !twice {
            self.asks.retain(|(r, _)| *r != request);
        }
        let input = if kind % 7 == 6 {
            Input::AssistantFailed { request, conversation, why: "connection refused".into() }
        } else {
            let (text, meta) = setup::answer(kind);
            Input::AssistantAnswered { request, conversation, text: text.to_owned(), signals: Signals::default(), meta }
        };
        self.submit(Actor::System, None, None, input).map(|_| ())
    }

    /// A model that rewords: the same again, a lie, or nothing.
    fn reword(&mut self, ask: u8, kind: u8) -> Result<(), String> {
        let Some((request, escalation, sentences)) = pick(&self.polishes, ask).filter(|_| !kind.is_multiple_of(3)) else {
            return Ok(());
        };
        let words = |plain: &str| if kind % 3 == 1 { format!("{plain} ") } else { "They were paid 1,000 EUR.".to_owned() };
        let sentences = sentences.into_iter().map(|s| Polished { words: words(&s.text), plain: s.text }).collect();
        let input = Input::PackagePolished { request, escalation, sentences };
        self.submit(Actor::System, None, None, input).map(|_| ())
    }

    fn facts(&mut self, look_up: u8, ok: bool) -> Result<(), String> {
        let Some((request, conversation)) = pick(&self.look_ups, look_up) else { return Ok(()) };
        let input = if ok {
            Input::FactsArrived { request, conversation, facts: Facts::default() }
        } else {
            Input::FactsFailed { request, conversation, why: "503".into() }
        };
        self.submit(Actor::System, None, None, input).map(|_| ())
    }

    fn presence(&mut self, human: u8, willing: u8) -> Result<(), String> {
        if let Some(id) = pick(&self.humans, human) {
            self.alive.insert(id);
        }
        let willing = match willing % 5 {
            0..3 => Willing::Available,
            3 => Willing::Busy,
            _ => Willing::Away,
        };
        self.as_human(human, |id| Some(Input::SetPresence { human_agent: id, willing }))
    }

    fn reply(&mut self, human: u8, item: u8) -> Result<(), String> {
        let Some(id) = pick(&self.humans, human) else { return Ok(()) };
        let Some(desk) = view::desk(&self.state, id, self.now) else { return Ok(()) };
        let Some(card) = pick(&desk.work, item) else { return Ok(()) };
        let (text, mark) = self.marked(setup::REPLIES[usize::from(item) % setup::REPLIES.len()]);
        let input = Input::HumanTurn { escalation: card.escalation, text, signals: Signals::default(), used_step: None };
        self.request(Actor::Human { human_agent: id }, Some(mark), input)?;
        self.settle(id, item)
    }

    /// Now and then somebody says what became of a promise.
    fn settle(&mut self, human: HumanAgentId, item: u8) -> Result<(), String> {
        let desk = view::desk(&self.state, human, self.now);
        let Some(card) = desk.filter(|_| item % 5 == 4).and_then(|d| pick(&d.promised, item)) else { return Ok(()) };
        let input = Input::SettleCommitment {
            conversation: card.conversation,
            commitment: card.commitment,
            kept: item.is_multiple_of(2),
        };
        self.request(Actor::Human { human_agent: human }, None, input).map(|_| ())
    }

    fn transfer(&mut self, human: u8, item: u8, to: u8) -> Result<(), String> {
        let target = if to.is_multiple_of(2) {
            pick(&self.humans, to / 2).map(|human_agent| TransferTarget::Human { human_agent })
        } else {
            pick(&setup::queues(), to / 2).map(|q| TransferTarget::Queue { queue: q.id })
        };
        let Some(to) = target else { return Ok(()) };
        self.desk(human, |d| {
            let escalation = pick(&d.work, item)?.escalation;
            Some(Input::Transfer { escalation, to, note: "knows this better".into() })
        })
    }

    fn retry(&mut self, which: u8) -> Result<(), String> {
        let recent = self.sent.len().saturating_sub(RETRIED);
        let candidates: Vec<usize> = (recent..self.sent.len()).collect();
        let Some(index) = pick(&candidates, which) else { return Ok(()) };
        self.coverage.retries += 1;
        let mut stamped = self.sent[index].stamped.clone();
        stamped.at = self.now;
        stamped.seed = self.draw();
        let before = self.state.position();
        let acknowledged = self.sent[index].acknowledged.clone();
        let reply = self.carry_out(&stamped, Some(index))?;
        if let Some(first) = acknowledged {
            if reply.as_ref() != Some(&first) {
                return Err(format!("4: a repeated request got another answer: {first:?}, then {reply:?}"));
            }
            if self.state.position() != before {
                return Err("4: a repeated request changed something".into());
            }
        } else if let (Some(Reply::Conversation { conversation }), Input::OpenConversation { .. }) = (&reply, &stamped.input)
        {
            self.conversations.push(*conversation);
        }
        Ok(())
    }
}
