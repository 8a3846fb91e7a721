//! The only room that knows all five: `decide`, `evolve`, `next_deadline`.
//!
//! `decide` changes nothing: it works on an O(1) clone of the state and returns events; `evolve` applies one event and
//! cannot fail; `next_deadline` says when to submit `Input::Wake`. An input's stamp is the only "now". Due timers fire
//! before a command is handled, so the outcome does not depend on how punctually somebody woke the engine.
//!
//! It must never: read a clock, draw randomness, do I/O, log, or hold a rule that belongs to a room.
//!
//! To add a command: a variant of `model::Input`, an arm in `decide`, its function in the file of its actor
//! (`customer`, `ai`, `desk`, `config`). To add an event: a variant of `model::Event` and an arm in `evolve`.

mod ai;
mod cases;
mod config;
mod consent;
mod customer;
mod desk;
mod ending;
mod escalate;
mod evolve;
mod hindsight;
mod holding;
mod idle;
mod invariants;
mod leave;
mod notices;
mod offers;
mod owe;
mod polish;
mod promises;
mod secrets;
mod seen;
mod state;
mod step;
#[cfg(test)]
mod tests_support;
mod time;
mod trial;
pub mod view;
mod waits;

use baton_model::{Actor, Effect, Event, Input, Refusal, RefusalCode, Reply, Stamped, Stream, Timestamp};

pub use evolve::evolve;
pub use hindsight::{Comparison, Replayed, SHIFTS, replay, shifted};
pub use invariants::violations;
pub use secrets::revealed;
pub use state::State;

use step::Step;

/// What an input leads to. A refusal carries no events.
#[derive(Debug)]
pub struct Decision {
    pub events: Vec<(Stream, Event)>,
    /// To run after the commit.
    pub effects: Vec<Effect>,
    pub reply: Result<Reply, Refusal>,
}

impl Decision {
    fn answer(reply: Result<Reply, Refusal>) -> Self {
        Self { events: Vec::new(), effects: Vec::new(), reply }
    }
}

/// The one way that anything happens.
pub fn decide(state: &State, input: &Stamped<Input>) -> Decision {
    if let Some(key) = &input.key
        && let Some(known) = state.keys.get(&key.key)
    {
        return Decision::answer(if known.hash == key.hash {
            Ok(known.reply.clone())
        } else {
            Err(Refusal::new(
                RefusalCode::KeyReused,
                "this Idempotency-Key was used for a different request: send a new key, or the same body",
            ))
        });
    }
    if let Err(refusal) = allowed(&input.actor, &input.input) {
        return Decision::answer(Err(refusal));
    }
    let mut step = Step::new(state, input);
    step.catch_up();
    step.sign_of_life();
    let reply = match handle(&mut step, &input.input) {
        Ok(reply) => reply,
        Err(refusal) => return Decision::answer(Err(refusal)),
    };
    step.settle();
    step.finish(reply)
}

/// Which kind of actor may do what; whose things they may touch is checked where the thing is known.
fn allowed(actor: &Actor, input: &Input) -> Result<(), Refusal> {
    let supervisor = matches!(actor, Actor::Supervisor { .. });
    let fine = matches!(actor, Actor::System)
        || match input {
            Input::PutSettings { .. }
            | Input::PutPolicy { .. }
            | Input::TryPolicy { .. }
            | Input::SetTrialShare { .. }
            | Input::EndTrial { .. }
            | Input::RollBackPolicy { .. }
            | Input::PutQueues { .. }
            | Input::PutHuman { .. }
            | Input::PutArticle { .. }
            | Input::RemoveArticle { .. } => supervisor,
            Input::PutCustomer { .. } | Input::PutOrder { .. } => supervisor || matches!(actor, Actor::Bot),
            Input::OpenConversation { .. }
            | Input::AiTurn { .. }
            | Input::ToolTurn { .. }
            | Input::CloseConversation { .. } => matches!(actor, Actor::Bot),
            Input::CustomerTurn { .. }
            | Input::RequestHuman { .. }
            | Input::AnswerHumanOffer { .. }
            | Input::CancelWait { .. }
            | Input::ChooseCallback { .. }
            | Input::CustomerPresence { .. }
            | Input::LeaveConversation { .. }
            | Input::Rate { .. } => matches!(actor, Actor::Bot | Actor::Customer { .. }),
            Input::SetPresence { .. }
            | Input::Heartbeat { .. }
            | Input::Disconnect { .. }
            | Input::SeeOffer { .. }
            | Input::AcceptOffer { .. }
            | Input::DeclineOffer { .. }
            | Input::HumanTurn { .. }
            | Input::Transfer { .. }
            | Input::HandBack { .. }
            | Input::Resolve { .. }
            | Input::Reveal { .. }
            | Input::GiveVerdict { .. }
            | Input::SettleCommitment { .. }
            | Input::JudgeConversation { .. } => supervisor || matches!(actor, Actor::Human { .. }),
            Input::AssistantAnswered { .. }
            | Input::AssistantFailed { .. }
            | Input::FactsArrived { .. }
            | Input::FactsFailed { .. }
            | Input::PackagePolished { .. }
            | Input::PolishFailed { .. }
            | Input::Wake => false,
        };
    if fine { Ok(()) } else { Err(Refusal::new(RefusalCode::Forbidden, "this kind of caller may not do that")) }
}

fn handle(step: &mut Step<'_>, input: &Input) -> Result<Reply, Refusal> {
    match input {
        Input::PutSettings { settings } => step.put_settings(settings),
        Input::PutPolicy { toml, why } => step.put_policy(toml, why),
        Input::TryPolicy { toml, share, why } => step.try_policy(toml, *share, why),
        Input::SetTrialShare { share, why } => step.set_trial_share(*share, why),
        Input::EndTrial { promote, why } => step.end_trial(*promote, why),
        Input::RollBackPolicy { why } => step.roll_back(why),
        Input::PutQueues { queues } => step.put_queues(queues),
        Input::PutHuman { human_agent, profile } => step.put_human(*human_agent, profile),
        Input::PutArticle { article } => step.put_article(article),
        Input::RemoveArticle { article } => step.remove_article(article),
        Input::PutCustomer { customer } => step.put_customer(customer),
        Input::PutOrder { order } => step.put_order(order),

        Input::OpenConversation { conversation, channel, ai_mode, customer } => {
            step.open_conversation(*conversation, *channel, *ai_mode, customer)
        }
        Input::CustomerTurn { conversation, text, signals } => step.customer_turn(*conversation, text, signals),
        Input::RequestHuman { conversation, why } => step.request_human(*conversation, why.as_deref()),
        Input::AnswerHumanOffer { conversation, accept } => step.answer_human_offer(*conversation, *accept),
        Input::CancelWait { conversation } => step.cancel_wait(*conversation),
        Input::ChooseCallback { conversation, slot, contact } => {
            step.choose_callback(*conversation, slot, contact.as_deref())
        }
        Input::CustomerPresence { conversation, connected } => step.customer_presence(*conversation, *connected),
        Input::LeaveConversation { conversation } => step.leave_conversation(*conversation),
        Input::Rate { conversation, stars, comment } => step.rate(*conversation, *stars, comment.as_deref()),
        Input::CloseConversation { conversation } => step.close_conversation(*conversation),

        Input::AiTurn { conversation, epoch, text, signals, meta } => {
            step.ai_turn(*conversation, *epoch, text, signals, meta)
        }
        Input::ToolTurn { conversation, epoch, name, ok, text } => step.tool_turn(*conversation, *epoch, name, *ok, text),
        Input::AssistantAnswered { request, conversation, text, signals, meta } => {
            step.assistant_answered(*request, *conversation, text, signals, meta)
        }
        Input::AssistantFailed { request, conversation, why } => step.assistant_failed(*request, *conversation, why),
        Input::FactsArrived { request, conversation, facts } => step.facts_arrived(*request, *conversation, facts),
        Input::FactsFailed { request, conversation, why } => step.facts_failed(*request, *conversation, why),

        Input::SetPresence { human_agent, willing } => step.set_presence(*human_agent, *willing),
        Input::Heartbeat { human_agent } => step.heartbeat(*human_agent),
        Input::Disconnect { human_agent } => step.disconnect(*human_agent),
        Input::SeeOffer { offer } => step.see_offer(*offer),
        Input::AcceptOffer { offer } => step.accept_offer(*offer),
        Input::DeclineOffer { offer, reason } => step.decline_offer(*offer, *reason),
        Input::HumanTurn { escalation, text, signals, used_step } => step.human_turn(*escalation, text, signals, *used_step),
        Input::Transfer { escalation, to, note } => step.transfer(*escalation, to, note),
        Input::HandBack { escalation, note, verdict } => step.hand_back(*escalation, note, verdict.as_ref()),
        Input::Resolve { escalation, message, verdict } => step.resolve(*escalation, message.as_deref(), verdict.as_ref()),
        Input::Reveal { escalation, turn, why } => step.reveal(*escalation, *turn, why),
        Input::GiveVerdict { escalation, verdict } => step.give_verdict(*escalation, verdict),
        Input::SettleCommitment { conversation, commitment, kept } => {
            step.settle_commitment(*conversation, *commitment, *kept)
        }
        Input::JudgeConversation { conversation, needed_human, note } => {
            step.judge_conversation(*conversation, *needed_human, note.as_deref())
        }
        Input::PackagePolished { request, escalation, sentences } => {
            Ok(step.package_polished(*request, *escalation, sentences))
        }
        Input::PolishFailed { request, escalation, why } => Ok(step.polish_failed(*request, *escalation, why)),

        Input::Wake => Ok(Reply::Done),
    }
}

/// When to wake. A deadline in the past means now.
pub fn next_deadline(state: &State) -> Option<Timestamp> {
    state.timers.next()
}

/// Effects whose answers are still awaited: issued again after a restart.
pub fn pending_effects(state: &State) -> Vec<Effect> {
    let of_conversations = state.conversations.values().flat_map(|c| ai::pending_effects(c));
    of_conversations.chain(polish::pending(state)).collect()
}
