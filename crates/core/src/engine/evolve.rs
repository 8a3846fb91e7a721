//! Applying one event. Cannot fail: an event about something unknown (an archived conversation) changes nothing.

use std::sync::Arc;

use baton_model::{
    Channel, Claim, Commitment, CommitmentId, Conversation, ConversationId, Escalation, EscalationId, EscalationState,
    Event, FactsState, Holder, HumanAgent, HumanOffer, OfferState, Outcome, PendingAnswer, PolicyChange, PolicyStep,
    Polishing, Presence, Recorded, Settled, Sourced, Timestamp,
};

use super::{
    cases,
    ending::{archive, close_conversation, end, pause_clocks, remember_solution, stop_clocks},
    holding::{give_back, hold, look_at_shifts, person, presence, release_owner, settle_offer, waiting_since, wrap_up},
    idle,
    state::{CHANGES_KEPT, KEYS_KEPT, KEYS_KEPT_FOR, KeyRecord, POLICIES_KEPT, State},
    trial, waits,
};
use crate::route;

pub fn evolve(state: &mut State, recorded: &Recorded) {
    state.position = recorded.position;
    state.clock = state.clock.max(recorded.at);
    let at = recorded.at;
    match &recorded.event {
        Event::SettingsPut { settings, .. } => {
            state.settings = Arc::new(settings.clone());
            state.rebuild();
        }
        Event::PolicyApplied { policy, toml, by, why } => {
            // Back to the file before: the next step back goes further.
            if state.policies_before.back().is_some_and(|(_, before)| before == toml) {
                state.policies_before.pop_back();
            } else {
                state.policies_before.push_back((state.policy.version, (*state.policy_toml).clone()));
            }
            if state.policies_before.len() > POLICIES_KEPT {
                state.policies_before.pop_front();
            }
            let by = trial::name_of(by).unwrap_or_else(|| "baton".into());
            log(state, PolicyChange { at, by, version: policy.version, step: PolicyStep::Applied, why: why.clone() });
            state.policy = Arc::clone(policy);
            state.policy_toml = Arc::new(toml.clone());
            state.compiled = Arc::new(crate::assess::CompiledPolicy::new(Arc::clone(policy)));
        }
        Event::TrialStarted { trial } => {
            let step = PolicyStep::TrialStarted { share: trial.share };
            let (by, why) = (trial.by.clone(), trial.why.clone());
            log(state, PolicyChange { at, by, version: trial.version, step, why });
            state.trial = Some(Arc::clone(trial));
            state.compile_trial();
        }
        Event::TrialShareSet { share, by, why } => {
            if let Some(trial) = &mut state.trial {
                let trial = Arc::make_mut(trial);
                (trial.share, trial.share_since) = (*share, at);
                let (version, step) = (trial.version, PolicyStep::ShareSet { share: *share });
                log(state, PolicyChange { at, by: by.clone(), version, step, why: why.clone() });
            }
        }
        Event::TrialEnded { end, by, why } => {
            if let Some(trial) = state.trial.take() {
                state.trial_compiled = None;
                let (version, step) = (trial.version, PolicyStep::TrialEnded { end: *end });
                log(state, PolicyChange { at, by: by.clone(), version, step, why: why.clone() });
            }
        }
        Event::ShadowDiffered { .. } => {
            if let Some(trial) = &mut state.trial {
                Arc::make_mut(trial).differed += 1;
            }
        }
        Event::QueuesPut { queues, .. } => {
            state.queues = Arc::new(queues.clone());
            state.rebuild();
        }
        Event::HumanPut { human_agent, profile, .. } => {
            let human = match state.humans.get(human_agent) {
                Some(known) => HumanAgent { profile: Arc::new(profile.clone()), ..(**known).clone() },
                None => HumanAgent {
                    id: *human_agent,
                    profile: Arc::new(profile.clone()),
                    presence: Presence { since: at, ..Presence::default() },
                    held: Vec::new(),
                    idle_since: at,
                    offered_at: Timestamp::default(),
                },
            };
            state.put_human(Arc::new(human));
            look_at_shifts(state, at);
        }
        Event::ArticlePut { article, .. } => {
            state.articles.insert(article.id.clone(), Arc::clone(article));
        }
        Event::ArticleRemoved { article, .. } => {
            state.articles.remove(article);
        }
        Event::CustomerPut { customer } => {
            let record = Sourced { value: Arc::clone(customer), source: "upload".into(), fetched_at: at };
            state.customers.insert(customer.external_id.clone(), record);
        }
        Event::OrderPut { order } => put_order(state, order, at),

        Event::ConversationOpened { conversation, channel, ai_mode, customer, connected, idle_due } => {
            cases::customer_is_back(state, customer.external_id.as_ref().filter(|_| customer.verified), at);
            state.put_conversation(Arc::new(Conversation {
                customer_connected: *connected,
                idle_due: *idle_due,
                ..Conversation::opened(*conversation, *channel, *ai_mode, customer.clone(), at)
            }));
        }
        Event::TurnAdded { conversation, turn, idle_due } => change(state, *conversation, |c| {
            if turn.is_customer() {
                c.customer_seen_at = at;
            }
            c.turns.push(Arc::clone(turn));
            c.idle_due = *idle_due;
        }),
        Event::SecretsKept { conversation, turn, secrets } => {
            state.secrets.entry(*conversation).or_default().push_back((*turn, secrets.clone()));
        }
        Event::SecretsRevealed { .. } => {}
        Event::CommitmentMade { conversation, commitment } => {
            change(state, *conversation, |c| c.commitments.push(commitment.clone()));
        }
        Event::CommitmentWarned { conversation, commitment } => {
            promise(state, *conversation, *commitment, |p| p.warned_at = Some(at));
        }
        Event::CommitmentBreached { conversation, commitment, .. } => {
            promise(state, *conversation, *commitment, |p| p.breached_at = Some(at));
        }
        Event::CommitmentSettled { conversation, commitment, how, by } => {
            let settled = Settled { at, how: *how, by: by.human_agent() };
            promise(state, *conversation, *commitment, |p| p.settled = Some(settled));
        }
        Event::Decided { conversation, decision } => {
            if let Some(trial) = state.trial.as_mut().filter(|t| t.share == 0) {
                Arc::make_mut(trial).watched += 1;
            }
            change(state, *conversation, |c| c.decisions.push(Arc::clone(decision)))
        }
        Event::HumanOffered { conversation, turn, decision } => change(state, *conversation, |c| {
            c.human_offer = Some(HumanOffer { turn: *turn, made_at: at, decision: Arc::clone(decision) });
        }),
        Event::HumanOfferAnswered { conversation, accepted } => change(state, *conversation, |c| {
            c.human_offer = None;
            c.offer_declined_at = (!accepted).then_some(at);
        }),
        Event::AnswerRequested { conversation, request, epoch, turn, due } => change(state, *conversation, |c| {
            c.pending_answer = Some(PendingAnswer { request: *request, epoch: *epoch, turn: *turn, due: *due });
        }),
        Event::AnswerSettled { conversation, request, .. } => change(state, *conversation, |c| {
            if c.pending_answer.as_ref().is_some_and(|p| p.request == *request) {
                c.pending_answer = None;
            }
        }),
        Event::FactsRequested { conversation, request, due } => {
            change(state, *conversation, |c| c.facts = FactsState::Pending { request: *request, due: *due });
        }
        Event::FactsLearned { conversation, facts, .. } => {
            change(state, *conversation, |c| c.facts = FactsState::Known { facts: facts.clone() });
        }
        Event::FactsMissed { conversation, why, after, .. } => {
            change(state, *conversation, |c| c.facts = FactsState::Failed { why: why.clone(), at, after: *after });
        }
        Event::ControlChanged { conversation, holder, epoch } => {
            let reopened =
                *holder != Holder::Closed && state.conversations.get(conversation).is_some_and(|c| c.closed_at.is_some());
            if reopened {
                state.ledger.cases.came_back(*conversation, at);
            }
            change(state, *conversation, |c| {
                c.holder = *holder;
                c.epoch = *epoch;
                c.human_offer = None;
                if *holder != Holder::Closed {
                    c.closed_at = None;
                }
            });
        }
        Event::CustomerConnected { conversation } => change(state, *conversation, |c| {
            c.customer_connected = true;
            c.customer_seen_at = at;
        }),
        Event::CustomerDisconnected { conversation } => change(state, *conversation, |c| {
            c.customer_connected = false;
            c.customer_seen_at = at;
        }),
        Event::Rated { conversation, rating } => {
            state.ledger.cases.rated(*conversation, rating.stars);
            change(state, *conversation, |c| c.rating = Some(rating.clone()));
        }
        Event::ConversationClosed { conversation, facts } => {
            close_conversation(state, *conversation, facts.as_deref(), at);
        }
        Event::ConversationJudged { conversation, judgement } => state.ledger.cases.judged(*conversation, judgement),
        Event::ConversationArchived { conversation } => archive(state, *conversation),

        Event::EscalationOpened { escalation } => {
            state.ledger.escalation_opened(at, escalation.trigger, &escalation.issue_class);
            if let Some(c) = state.conversations.get(&escalation.conversation) {
                let case = cases::of_escalation(state, escalation, c);
                state.ledger.cases.add(case);
            }
            change(state, escalation.conversation, |c| c.escalations.push(escalation.id));
            state.put_escalation(Arc::clone(escalation));
        }
        Event::PackageBuilt { escalation, package } => alter(state, *escalation, |e| e.package = Some(Arc::clone(package))),
        Event::PolishRequested { escalation, request, due } => alter(state, *escalation, |e| {
            e.polishing = Some(Polishing { request: *request, due: *due });
        }),
        Event::PackagePolished { escalation, claims, .. } => alter(state, *escalation, |e| {
            e.polishing = None;
            let Some(package) = &mut e.package else { return };
            for claim in claims {
                let plain = |old: &&mut Claim| Some(&old.text) == claim.plain.as_ref() && old.turns == claim.turns;
                if let Some(old) = Arc::make_mut(package).summary.iter_mut().find(plain) {
                    *old = claim.clone();
                }
            }
        }),
        Event::PolishMissed { escalation, .. } => alter(state, *escalation, |e| e.polishing = None),
        Event::WaitPromised { escalation, promise } => alter(state, *escalation, |e| e.promises.push(*promise)),
        Event::PromiseSlipped { escalation, .. } => alter(state, *escalation, |e| {
            if let Some(promise) = e.promises.last_mut() {
                promise.slipped_at = Some(at);
            }
        }),
        Event::Relaxed { escalation, step, requirements, next_step_at } => alter(state, *escalation, |e| {
            if e.item.step != *step {
                e.item.unseen = 0;
            }
            e.item.step = *step;
            e.item.requirements = requirements.clone();
            e.item.next_step_at = *next_step_at;
            // A new step asks everybody again, the named person's time is over.
            e.item.decliners.clear();
            (e.item.preferred, e.item.preferred_until) = (None, None);
        }),
        Event::Raised { escalation, priority, urgency } => alter(state, *escalation, |e| {
            e.item.priority = *priority;
            e.urgency = urgency.map_or(e.urgency, |u| u.max(e.urgency));
            // Whoever was busy then is asked again.
            e.item.decliners.clear();
        }),
        Event::OfferMade { offer } => {
            let held = state.escalations.get(&offer.escalation).map(|e| (e.item.units, e.item.channel));
            let (units, channel) = held.unwrap_or((1, Channel::Chat));
            alter(state, offer.escalation, |e| {
                let since = waiting_since(e);
                e.state = EscalationState::Offered { offer: offer.id, human_agent: offer.human_agent, since };
                e.offers.push(offer.clone());
            });
            hold(state, offer, units, channel, at);
        }
        Event::OfferAccepted { escalation, offer } => {
            if let Some(e) = state.escalations.get(escalation) {
                waits::learn_wait(&mut state.pace, e, at);
            }
            alter(state, *escalation, |e| {
                settle_offer(e, *offer, OfferState::Accepted { at });
                let human_agent = e.offers.iter().find(|o| o.id == *offer).map(|o| o.human_agent);
                if let (EscalationState::Offered { .. }, Some(human_agent)) = (&e.state, human_agent) {
                    e.state = EscalationState::Accepted { human_agent, at };
                    e.handled_by.push(human_agent);
                }
                e.accepted_at.get_or_insert(at);
                e.item.next_step_at = None;
            });
        }
        Event::OfferDeclined { escalation, offer, reason } => {
            give_back(state, *escalation, *offer, OfferState::Declined { at, reason: *reason }, at);
        }
        Event::OfferSeen { escalation, offer } => alter(state, *escalation, |e| {
            if let Some(offer) = e.offers.iter_mut().find(|o| o.id == *offer) {
                offer.seen_at.get_or_insert(at);
            }
        }),
        Event::OfferExpired { escalation, offer, unseen } => {
            give_back(state, *escalation, *offer, OfferState::Expired { at, unseen: *unseen }, at);
        }
        Event::OfferRescinded { escalation, offer, why } => {
            give_back(state, *escalation, *offer, OfferState::Rescinded { at, why: *why }, at);
        }
        Event::FirstReplied { escalation } => alter(state, *escalation, |e| {
            e.first_reply_at.get_or_insert(at);
            if let Some(human_agent) = e.state.owner() {
                e.state = EscalationState::Active { human_agent, since: at };
            }
        }),
        Event::WentIdle { escalation, human_agent, units } => idle::went(state, *escalation, *human_agent, *units, at),
        Event::WokeUp { escalation, human_agent } => idle::woke(state, *escalation, *human_agent),
        Event::ObligationSet { escalation, obligation } => alter(state, *escalation, |e| e.obligation = Some(*obligation)),
        // The rung that follows sets the next obligation; the miss itself is history.
        Event::ObligationMissed { .. } => {}
        Event::ClockStarted { escalation, clock } => alter(state, *escalation, |e| {
            e.clocks.retain(|c| c.kind != clock.kind || c.stopped_at.is_some());
            e.clocks.push(clock.clone());
        }),
        Event::ClockWarned { escalation, kind } => running(state, *escalation, *kind, |c| c.warned_at = Some(at)),
        Event::ClockBreached { escalation, kind, .. } => {
            running(state, *escalation, *kind, |c| c.breached_at = Some(at));
        }
        Event::ClockStopped { escalation, kind } => running(state, *escalation, *kind, |c| c.stopped_at = Some(at)),
        Event::ClockPaused { escalation, kind } => {
            running(state, *escalation, *kind, |c| _ = c.paused_at.get_or_insert(at));
        }
        Event::CallbackBooked { escalation, callback } => {
            state.ledger.callback_booked(at);
            leaves_line(state, *escalation, at);
            release_owner(state, *escalation, at);
            alter(state, *escalation, |e| {
                e.state = EscalationState::CallbackScheduled { callback: callback.clone() };
                e.callbacks.push(callback.clone());
                e.item.next_step_at = None;
                pause_clocks(e, at);
            });
        }
        Event::CallbackStarted { escalation, requirements, next_step_at } => alter(state, *escalation, |e| {
            e.state = EscalationState::Queued { since: at };
            e.item.routing_since = at;
            e.item.requirements = requirements.clone();
            e.item.step = 0;
            e.item.next_step_at = *next_step_at;
            e.item.decliners.clear();
            e.item.unseen = 0;
        }),
        Event::Requeued { escalation, from, queue, requirements, strict, preferred, next_step_at, why, .. } => {
            release_owner(state, *escalation, at);
            let home = state.queues.iter().find(|q| q.id == *queue).cloned();
            alter(state, *escalation, |e| {
                e.state = EscalationState::Queued { since: at };
                e.item.queue = queue.clone();
                e.item.requirements = requirements.clone();
                e.item.strict = strict.clone();
                (e.item.preferred, e.item.preferred_until) = (*preferred, None);
                if let Some(home) = home {
                    e.item.units = route::units_in(&home, e.item.channel);
                    e.item.target_seconds = route::target_seconds(&home, e.tier);
                }
                e.item.step = 0;
                e.item.unseen = 0;
                e.item.next_step_at = *next_step_at;
                e.item.decliners = from.iter().copied().filter(|f| Some(*f) != *preferred).collect();
                if *why == baton_model::RequeueReason::Transferred {
                    e.transfers += 1;
                }
            });
        }
        Event::CustomerLeft { escalation, follow_up_due, human_agent } => {
            leaves_line(state, *escalation, at);
            release_owner(state, *escalation, at);
            alter(state, *escalation, |e| {
                let at = match e.state {
                    EscalationState::CustomerLeft { at, .. } => at,
                    _ => at,
                };
                e.state = EscalationState::CustomerLeft { at, follow_up_due: *follow_up_due, human_agent: *human_agent };
                e.item.next_step_at = None;
                pause_clocks(e, at);
            });
        }
        Event::Resolved { escalation, human_agent } => {
            wrap_up(state, *escalation, at);
            release_owner(state, *escalation, at);
            alter(state, *escalation, |e| {
                let left = matches!(e.state, EscalationState::CustomerLeft { .. });
                e.outcome = Some(if left { Outcome::ResolvedByFollowUp } else { Outcome::Resolved });
                e.ended_at = Some(at);
                e.state = EscalationState::Resolved { human_agent: *human_agent, at };
                stop_clocks(e, at);
            });
            remember_solution(state, *escalation);
        }
        Event::ReturnedToAi { escalation, outcome, human_agent } => {
            leaves_line(state, *escalation, at);
            wrap_up(state, *escalation, at);
            release_owner(state, *escalation, at);
            alter(state, *escalation, |e| {
                end(e, at, *outcome);
                e.state = EscalationState::ReturnedToAi { at, human_agent: *human_agent };
            });
        }
        Event::EscalationClosed { escalation, outcome } => {
            leaves_line(state, *escalation, at);
            release_owner(state, *escalation, at);
            alter(state, *escalation, |e| {
                end(e, at, *outcome);
                e.state = EscalationState::Closed { at };
            });
        }
        Event::Reviewed { escalation, review } => {
            if let Some(e) = state.escalations.get(escalation).cloned() {
                let headline = e.package.as_ref().map_or(e.issue_class.as_str(), |p| p.headline.text.as_str());
                match &e.review {
                    Some(old) => state.ledger.revised(at, &e, old, review, headline),
                    None => state.ledger.reviewed(at, &e, review, headline),
                }
            }
            alter(state, *escalation, |e| e.review = Some(Arc::clone(review)));
        }

        Event::PresenceSet { human_agent, willing } => presence(
            state,
            *human_agent,
            |h| {
                h.presence.willing = *willing;
                h.presence.since = at;
            },
            at,
        ),
        Event::LeaseRenewed { human_agent, until } => {
            presence(state, *human_agent, |h| h.presence.lease_until = Some(*until), at);
        }
        Event::WrappedUp { human_agent } => person(state, *human_agent, |h| {
            h.held.retain(|held| held.until.is_none_or(|until| until > at));
            if h.held.is_empty() {
                h.idle_since = at;
            }
        }),
        Event::LeaseLapsed { human_agent } => presence(
            state,
            *human_agent,
            |h| {
                h.presence.lease_until = None;
                h.presence.since = at;
            },
            at,
        ),
        Event::WentSoftAway { human_agent, .. } => {
            presence(state, *human_agent, |h| h.presence.soft_away_since = Some(at), at);
        }
        Event::CameBack { human_agent } => presence(state, *human_agent, |h| h.presence.soft_away_since = None, at),
        Event::ShiftsTurned => {
            state.backlog.turn(at);
            look_at_shifts(state, at);
        }

        Event::KeyUsed { key, hash, reply } => use_key(state, key, *hash, reply, at),
    }
}

fn log(state: &mut State, change: PolicyChange) {
    state.policy_log.push_back(change);
    if state.policy_log.len() > CHANGES_KEPT {
        state.policy_log.pop_front();
    }
}

pub(super) fn change(state: &mut State, id: ConversationId, f: impl FnOnce(&mut Conversation)) {
    if let Some(c) = state.conversations.get(&id) {
        let mut c = Arc::clone(c);
        f(Arc::make_mut(&mut c));
        state.put_conversation(c);
    }
}

fn promise(state: &mut State, id: ConversationId, which: CommitmentId, f: impl FnOnce(&mut Commitment)) {
    change(state, id, |c| {
        if let Some(promise) = c.commitments.iter_mut().find(|p| p.id == which) {
            f(promise);
        }
    });
}

pub(super) fn alter(state: &mut State, id: EscalationId, f: impl FnOnce(&mut Escalation)) {
    if let Some(e) = state.escalations.get(&id) {
        let mut e = Arc::clone(e);
        f(Arc::make_mut(&mut e));
        state.put_escalation(e);
    }
}

fn put_order(state: &mut State, order: &Arc<baton_model::Order>, at: Timestamp) {
    if let Some(old) = state.orders.get(&order.reference)
        && old.value.customer != order.customer
        && let Some(set) = state.orders_of.get_mut(&old.value.customer.clone())
    {
        set.remove(&order.reference);
    }
    state.orders_of.entry(order.customer.clone()).or_default().insert(order.reference.clone());
    let record = Sourced { value: Arc::clone(order), source: "upload".into(), fetched_at: at };
    state.orders.insert(order.reference.clone(), record);
}

fn leaves_line(state: &mut State, escalation: EscalationId, at: Timestamp) {
    if let Some(e) = state.escalations.get(&escalation) {
        waits::learn_leaving(&mut state.pace, e, at);
    }
}

fn running(state: &mut State, id: EscalationId, kind: baton_model::ClockKind, f: impl FnOnce(&mut baton_model::SlaClock)) {
    alter(state, id, |e| {
        if let Some(clock) = e.clocks.iter_mut().find(|c| c.kind == kind && c.stopped_at.is_none()) {
            f(clock);
        }
    });
}

fn use_key(state: &mut State, key: &str, hash: u64, reply: &baton_model::Reply, at: Timestamp) {
    state.keys.insert(key.to_owned(), KeyRecord { hash, reply: reply.clone(), at });
    state.key_order.insert((at, key.to_owned()));
    while let Some((oldest, name)) = state.key_order.get_min().cloned() {
        if state.keys.len() <= KEYS_KEPT && at.since(oldest) <= KEYS_KEPT_FOR {
            break;
        }
        state.key_order.remove(&(oldest, name.clone()));
        state.keys.remove(&name);
    }
}
