//! The whole readable state of a workspace: one persistent value. Cloning it costs nothing, so readers hold the last
//! committed one while the next is being decided.

use std::sync::Arc;

use baton_model::{
    Article, Channel, Commitment, Conversation, ConversationId, Customer, Embedding, EntityKind, Escalation, EscalationId,
    EscalationState, Facts, FactsState, Holder, HumanAgent, HumanAgentId, Millis, OfferId, Order, PastContact, Policy,
    PolicyChange, Queue, QueueId, Reply, Secret, Settings, Sourced, Timestamp, Trial, TurnId,
};
use imbl::{OrdMap, OrdSet, Vector};
use serde::{Deserialize, Serialize};

use super::idle;
use crate::{
    assess, follow,
    learn::Ledger,
    route::{Backlog, Pace},
};

/// Closed conversations stay in memory this long; then only their stream has them.
pub(super) const ARCHIVE_AFTER: Millis = Millis::hours(48);
/// Keys kept for repeated requests: whichever bound is reached first.
pub(super) const KEYS_KEPT: usize = 200_000;
pub(super) const KEYS_KEPT_FOR: Millis = Millis::hours(48);
/// Solved cases kept as examples for the next package.
pub(super) const SOLVED_KEPT: usize = 200;
/// Earlier conversations remembered per customer.
pub(super) const CONTACTS_KEPT: usize = 10;
/// Policies to go back to, and lines of the audit.
pub(super) const POLICIES_KEPT: usize = 20;
pub(super) const CHANGES_KEPT: usize = 200;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeyRecord {
    pub(super) hash: u64,
    pub(super) reply: Reply,
    pub(super) at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Solved {
    pub(super) escalation: EscalationId,
    pub(super) headline: String,
    pub(super) issue_class: String,
    pub(super) resolution: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) meaning: Option<Embedding>,
}

/// Who waits for a moment. One due time each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimerKey {
    Human(HumanAgentId),
    Conversation(ConversationId),
    Escalation(EscalationId),
    Shifts,
}

/// Derived from the state; never stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Timers {
    due: OrdMap<TimerKey, Timestamp>,
    order: OrdSet<(Timestamp, TimerKey)>,
}

impl Timers {
    pub(super) fn set(&mut self, key: TimerKey, due: Option<Timestamp>) {
        if self.due.get(&key) == due.as_ref() {
            return;
        }
        if let Some(old) = self.due.remove(&key) {
            self.order.remove(&(old, key));
        }
        if let Some(due) = due {
            self.due.insert(key, due);
            self.order.insert((due, key));
        }
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.order.get_min().map(|(at, _)| *at)
    }

    pub(super) fn first_due(&self, now: Timestamp) -> Option<(Timestamp, TimerKey)> {
        self.order.get_min().filter(|(at, _)| *at <= now).copied()
    }
}

/// A workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    pub(super) position: u64,
    /// Time of the last event.
    pub(super) clock: Timestamp,
    /// Shifts were last looked at.
    pub(super) shifts_at: Timestamp,
    pub(super) settings: Arc<Settings>,
    pub(super) policy: Arc<Policy>,
    pub(super) policy_toml: Arc<String>,
    pub(super) queues: Arc<Vec<Queue>>,
    pub(super) humans: OrdMap<HumanAgentId, Arc<HumanAgent>>,
    pub(super) articles: OrdMap<String, Arc<Article>>,
    pub(super) customers: OrdMap<String, Sourced<Arc<Customer>>>,
    pub(super) orders: OrdMap<String, Sourced<Arc<Order>>>,
    pub(super) conversations: OrdMap<ConversationId, Arc<Conversation>>,
    pub(super) escalations: OrdMap<EscalationId, Arc<Escalation>>,
    pub(super) contacts: OrdMap<String, Vector<PastContact>>,
    pub(super) keys: OrdMap<String, KeyRecord>,
    pub(super) solved: Vector<Solved>,
    /// What is masked in turns; views never see it.
    #[serde(default)]
    pub(super) secrets: OrdMap<ConversationId, Vector<(TurnId, Vec<Secret>)>>,
    pub(super) ledger: Ledger,
    #[serde(default)]
    pub(super) pace: Pace,
    #[serde(default)]
    pub(super) trial: Option<Arc<Trial>>,
    /// Files that were in force before, with their versions; oldest first.
    #[serde(default)]
    pub(super) policies_before: Vector<(u32, String)>,
    /// Who changed what, and why; oldest first.
    #[serde(default)]
    pub(super) policy_log: Vector<PolicyChange>,

    #[serde(skip, default = "default_compiled")]
    pub(super) compiled: Arc<assess::CompiledPolicy>,
    #[serde(skip)]
    pub(super) trial_compiled: Option<Arc<assess::CompiledPolicy>>,
    #[serde(skip)]
    pub(super) orders_of: OrdMap<String, OrdSet<String>>,
    /// Pending offers only.
    #[serde(skip)]
    pub(super) offers: OrdMap<OfferId, EscalationId>,
    #[serde(skip)]
    pub(super) key_order: OrdSet<(Timestamp, String)>,
    #[serde(skip)]
    pub(super) timers: Timers,
    /// Conversations with a promise that is not settled.
    #[serde(skip)]
    pub(super) promising: OrdSet<ConversationId>,
    #[serde(skip)]
    pub(super) backlog: Backlog,
}

fn default_policy() -> Policy {
    assess::parse(assess::default_toml()).expect("the compiled-in policy is linted by a test")
}

fn default_compiled() -> Arc<assess::CompiledPolicy> {
    Arc::new(assess::CompiledPolicy::new(Arc::new(default_policy())))
}

/// Works at once: one queue, always open.
fn default_queue() -> Queue {
    Queue { default: true, ..Queue::default() }
}

impl Default for State {
    fn default() -> Self {
        let policy = Arc::new(default_policy());
        let mut state = Self {
            position: 0,
            clock: Timestamp::default(),
            shifts_at: Timestamp::default(),
            settings: Arc::new(Settings::default()),
            compiled: Arc::new(assess::CompiledPolicy::new(Arc::clone(&policy))),
            policy,
            policy_toml: Arc::new(assess::default_toml().to_owned()),
            queues: Arc::new(vec![default_queue()]),
            humans: OrdMap::new(),
            articles: OrdMap::new(),
            customers: OrdMap::new(),
            orders: OrdMap::new(),
            conversations: OrdMap::new(),
            escalations: OrdMap::new(),
            contacts: OrdMap::new(),
            keys: OrdMap::new(),
            solved: Vector::new(),
            secrets: OrdMap::new(),
            ledger: Ledger::default(),
            pace: Pace::default(),
            trial: None,
            trial_compiled: None,
            policies_before: Vector::new(),
            policy_log: Vector::new(),
            orders_of: OrdMap::new(),
            offers: OrdMap::new(),
            key_order: OrdSet::new(),
            timers: Timers::default(),
            promising: OrdSet::new(),
            backlog: Backlog::default(),
        };
        state.backlog.set_queues(&state.queues);
        state
    }
}

impl State {
    /// Events applied so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Time of the last event: stamps never go below it.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The state as JSON; derived parts are left out. Equal states give equal bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("the state has only string keys and finite numbers")
    }

    pub fn restore(json: &[u8]) -> Result<Self, serde_json::Error> {
        let mut state: Self = serde_json::from_slice(json)?;
        state.rebuild();
        Ok(state)
    }

    /// Derived parts from stored ones.
    pub(super) fn rebuild(&mut self) {
        self.compiled = Arc::new(assess::CompiledPolicy::new(Arc::clone(&self.policy)));
        self.compile_trial();
        self.orders_of = OrdMap::new();
        for order in self.orders.values() {
            self.orders_of.entry(order.value.customer.clone()).or_default().insert(order.value.reference.clone());
        }
        self.offers = OrdMap::new();
        self.key_order = self.keys.iter().map(|(key, record)| (record.at, key.clone())).collect();
        self.timers = Timers::default();
        self.promising = OrdSet::new();
        self.backlog = Backlog::default();
        self.backlog.set_queues(&self.queues);
        for human in self.humans.clone().into_iter().map(|(_, h)| h) {
            self.put_human(human);
        }
        for escalation in self.escalations.clone().into_iter().map(|(_, e)| e) {
            self.put_escalation(escalation);
        }
        for conversation in self.conversations.clone().into_iter().map(|(_, c)| c) {
            self.put_conversation(conversation);
        }
        self.refresh_shifts();
    }

    pub(super) fn put_human(&mut self, human: Arc<HumanAgent>) {
        let connection = human.presence.lease_until.or_else(|| {
            // Connection lost with work in hand: a grace, then each item gets a decision.
            let grace = Millis::secs(i64::from(self.settings.presence_grace_seconds));
            human.held.iter().any(|h| h.until.is_none()).then(|| human.presence.since + grace)
        });
        let wrap_up = human.held.iter().filter_map(|h| h.until).min();
        self.timers.set(TimerKey::Human(human.id), connection.into_iter().chain(wrap_up).min());
        self.backlog.put_human(&human, self.clock);
        self.humans.insert(human.id, human);
    }

    pub(super) fn put_conversation(&mut self, conversation: Arc<Conversation>) {
        let due = self.conversation_due(&conversation);
        self.timers.set(TimerKey::Conversation(conversation.id), due);
        if conversation.commitments.iter().any(Commitment::open) {
            self.promising.insert(conversation.id);
        } else if !conversation.commitments.is_empty() {
            self.promising.remove(&conversation.id);
        }
        self.conversations.insert(conversation.id, conversation);
    }

    pub(super) fn put_escalation(&mut self, escalation: Arc<Escalation>) {
        let id = escalation.id;
        if matches!(escalation.state, EscalationState::Queued { .. }) {
            self.backlog.put_item(id, &escalation.item);
        } else {
            self.backlog.remove_item(id);
        }
        for offer in &escalation.offers {
            self.offers.remove(&offer.id);
        }
        self.offers.extend(escalation.pending_offers().map(|offer| (offer.id, id)));
        let reworded = escalation.polishing.map(|p| p.due);
        self.timers.set(TimerKey::Escalation(id), follow::next_event(&escalation).into_iter().chain(reworded).min());
        let conversation = escalation.conversation;
        self.escalations.insert(id, escalation);
        // What a conversation waits for depends on its escalation.
        self.look_at_conversation(conversation);
    }

    pub(super) fn look_at_conversation(&mut self, id: ConversationId) {
        if let Some(c) = self.conversations.get(&id) {
            let due = self.conversation_due(c);
            self.timers.set(TimerKey::Conversation(id), due);
        }
    }

    pub(super) fn refresh_shifts(&mut self) {
        self.timers.set(TimerKey::Shifts, self.backlog.next_shift_change(self.shifts_at));
    }

    pub(super) fn compile_trial(&mut self) {
        let compile = |t: &Arc<Trial>| Arc::new(assess::CompiledPolicy::new(Arc::clone(&t.policy)));
        self.trial_compiled = self.trial.as_ref().map(compile);
    }

    fn conversation_due(&self, c: &Conversation) -> Option<Timestamp> {
        let answer = c.pending_answer.as_ref().map(|p| p.due);
        let facts = match &c.facts {
            FactsState::Pending { due, .. } => Some(*due),
            FactsState::Unknown | FactsState::Known { .. } | FactsState::Failed { .. } => None,
        };
        let open = self.open_escalation(c);
        let promised = c.commitments.iter().filter_map(follow::next_of_promise).min();
        let holder = match c.holder {
            Holder::Ai => open.is_none().then_some(c.idle_due),
            Holder::Queue => open.filter(|_| !c.customer_connected).and_then(|e| self.leaves_at(c, e)),
            Holder::Human { .. } => open.and_then(|e| idle::goes_at(self, c, e)),
            // Whoever is owed something is not put away.
            Holder::Closed if promised.is_some() => None,
            Holder::Closed => open.is_none().then(|| c.closed_at.map(|at| at + ARCHIVE_AFTER)).flatten(),
        };
        [answer, facts, holder, promised].into_iter().flatten().min()
    }

    /// When a customer whose page is closed counts as gone: only while they wait for somebody to be found, never before the
    /// time that they were told, and not when we are the ones who call them back.
    fn leaves_at(&self, c: &Conversation, e: &Escalation) -> Option<Timestamp> {
        let waiting = matches!(e.state, EscalationState::Queued { .. } | EscalationState::Offered { .. });
        if !waiting || !e.callbacks.is_empty() || c.channel == Channel::Email {
            return None;
        }
        let silence = c.customer_seen_at + Millis::secs(i64::from(self.settings.customer_silence_seconds));
        let promised = e.promises.last().map_or(silence, |p| p.made_at + p.p90);
        Some(silence.max(promised))
    }

    /// The escalation that is not terminal yet, if any.
    pub(super) fn open_escalation(&self, c: &Conversation) -> Option<&Arc<Escalation>> {
        c.escalations.last().and_then(|id| self.escalations.get(id)).filter(|e| !e.state.terminal())
    }

    pub(super) fn queue(&self, id: &QueueId) -> &Queue {
        self.queues
            .iter()
            .find(|q| q.id == *id)
            .or_else(|| self.queues.iter().find(|q| q.default))
            .expect("check_queues demands exactly one default queue")
    }

    /// The record of a customer whose identity the owner vouches for. Only this may be used in words to the customer: a
    /// visitor may claim to be anybody.
    pub(super) fn verified_record<'a>(&'a self, c: &'a Conversation) -> Option<&'a Customer> {
        let id = c.customer.external_id.as_ref().filter(|_| c.customer.verified)?;
        match &c.facts {
            FactsState::Known { facts } if facts.customer.is_some() => facts.customer.as_ref().map(|s| &s.value),
            _ => self.customers.get(id).map(|s| &*s.value),
        }
    }

    /// For people at the desk. Uploaded facts and looked-up ones together; a looked-up record wins, being fresher.
    pub(super) fn facts_of(&self, c: &Conversation) -> Option<Facts> {
        let mut facts = match &c.facts {
            FactsState::Known { facts } => facts.clone(),
            FactsState::Failed { why, .. } => Facts { missed: vec![why.clone()], ..Facts::default() },
            FactsState::Unknown | FactsState::Pending { .. } => Facts::default(),
        };
        let own = |s: &Sourced<Arc<Customer>>| Sourced {
            value: (*s.value).clone(),
            source: s.source.clone(),
            fetched_at: s.fetched_at,
        };
        let order = |s: &Sourced<Arc<Order>>| Sourced {
            value: (*s.value).clone(),
            source: s.source.clone(),
            fetched_at: s.fetched_at,
        };
        if let Some(id) = &c.customer.external_id {
            if facts.customer.is_none() {
                facts.customer = self.customers.get(id).map(own);
            }
            for reference in self.orders_of.get(id).into_iter().flatten() {
                if !facts.orders.iter().any(|o| o.value.reference == *reference) {
                    facts.orders.extend(self.orders.get(reference).map(order));
                }
            }
        }
        // An order that the customer names is shown even when nobody knows who they are.
        for turn in c.turns.iter().filter(|t| t.is_customer()) {
            for entity in turn.signals.entities.iter().filter(|e| e.kind == EntityKind::Reference) {
                if let Some(found) = self.orders.get(&entity.value)
                    && !facts.orders.iter().any(|o| o.value.reference == entity.value)
                {
                    facts.orders.push(order(found));
                }
            }
        }
        (facts.customer.is_some() || !facts.orders.is_empty()).then_some(facts)
    }

    /// The conversation as the rooms see it: with every known fact in place.
    pub(super) fn with_facts(&self, c: &Arc<Conversation>) -> Arc<Conversation> {
        match self.facts_of(c) {
            Some(facts) => {
                let mut c = Arc::clone(c);
                Arc::make_mut(&mut c).facts = FactsState::Known { facts };
                c
            }
            None => Arc::clone(c),
        }
    }
}
