//! A workspace with a long history: `cargo run --release -p baton --example long_history DIR [CONVERSATIONS]`. Every turn is
//! read, decided and journaled as in production; only the clock is not waited for. `cargo xtask bench replay` replays it.
//!
//! Conversations are put together from a few dozen sentences by a fixed generator: equal runs write equal histories.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use baton_core::engine::{self, State};
use baton_model::{
    Actor, AiMeta, AiMode, Channel, ConversationId, CustomerRef, IdSource, Input, Millis, Recorded, Signal, SignalKind,
    Signals, Stamped, Timestamp, WorkspaceId,
};
use baton_ports::{Accounts, Append, Journal, WorkspaceRow};
use baton_store::SqliteStore;

const CUSTOMER: &[&str] = &[
    "Hello, a question about my order.",
    "When will the lamp arrive?",
    "It was ordered on Monday.",
    "The number is A-4711.",
    "Can the address still be changed?",
    "Does the blue one come in a larger size?",
    "The box came without the screws.",
    "Thanks, that helps.",
    "What does the express delivery cost?",
    "My invoice shows the wrong name.",
    "I am not happy with the colour.",
    "Is there a discount for two of them?",
    "Where do I send it back to?",
    "How long is the warranty?",
    "Which card types do you take?",
    "Is the table made of oak?",
    "Can it stand outside in winter?",
];
const AI: &[&str] = &[
    "It is on its way and arrives within two days.",
    "The address can be changed until it is packed.",
    "Express delivery costs 9.90 EUR.",
    "Sending back is free within 30 days.",
    "The larger size is in stock.",
    "The code is valid from 40 EUR on.",
    "The warranty is two years.",
    "The screws are in the second box.",
    "All common cards are taken.",
    "It is made of oak and can stay outside.",
    "A new invoice comes by mail.",
];
const COMPLAINT: &str = "This is not acceptable, I am disappointed with your service.";
const COMPLAINT_AT: usize = 6;
const TURNS: usize = 12;
const STEP: Millis = Millis::secs(2);
const BATCH: usize = 20_000;

struct Writer<'a> {
    store: &'a SqliteStore,
    workspace: WorkspaceId,
    epoch: u64,
    head: u64,
    state: State,
    now: Timestamp,
    ids: IdSource,
    pending: Vec<Recorded>,
}

impl Writer<'_> {
    fn submit(&mut self, actor: Actor, input: Input) -> Result<()> {
        let stamped = Stamped { at: self.now, seed: self.ids.next_u64(), actor, key: None, input };
        let decision = engine::decide(&self.state, &stamped);
        for (stream, event) in decision.events {
            let recorded = Recorded { position: self.state.position() + 1, at: self.now, stream, event };
            engine::evolve(&mut self.state, &recorded);
            self.pending.push(recorded);
        }
        if self.pending.len() >= BATCH {
            self.flush()?;
        }
        decision.reply.map(drop).map_err(|refusal| anyhow!(refusal.detail))
    }

    fn flush(&mut self) -> Result<()> {
        let events = std::mem::take(&mut self.pending);
        let append = Append { partition: self.workspace, epoch: self.epoch, expected_head: self.head, events };
        for head in self.store.append(&[append])? {
            self.head = head?;
        }
        Ok(())
    }

    /// Time passes, and what is due is done.
    fn wait(&mut self, time: Millis) -> Result<()> {
        let until = self.now + time;
        while let Some(due) = engine::next_deadline(&self.state).filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.submit(Actor::System, Input::Wake)?;
        }
        self.now = until;
        Ok(())
    }

    /// One in ten complains, one in three rates.
    fn conversation(&mut self, n: u64, customer: &[Signals], ai: &[Signals]) -> Result<()> {
        let conversation: ConversationId = self.ids.draw();
        self.submit(
            Actor::Bot,
            Input::OpenConversation {
                conversation: Some(conversation),
                channel: Channel::Chat,
                ai_mode: AiMode::External,
                customer: CustomerRef::default(),
            },
        )?;
        // Never the same twice in one conversation: steps that share no factor with the lengths.
        let (mut said, mut answered) =
            (self.ids.next_u64() as usize % customer.len(), self.ids.next_u64() as usize % ai.len());
        let complains = n.is_multiple_of(10);
        for turn in 0..TURNS {
            self.wait(STEP)?;
            let input = if turn == COMPLAINT_AT && complains {
                // Between the default policy's lines: it offers a person, a more careful one brings one in.
                let found = vec![Signal { kind: SignalKind::Complaint, score: 0.7, spans: Vec::new() }];
                let signals = Signals { found, ..baton_sense::sense(COMPLAINT) };
                Input::CustomerTurn { conversation, text: COMPLAINT.into(), signals }
            } else if turn % 2 == 0 {
                said = (said + 5) % customer.len();
                Input::CustomerTurn { conversation, text: CUSTOMER[said].into(), signals: customer[said].clone() }
            } else {
                answered = (answered + 3) % ai.len();
                let (text, signals) = (AI[answered].into(), ai[answered].clone());
                Input::AiTurn { conversation, epoch: Default::default(), text, signals, meta: AiMeta::default() }
            };
            // Refused once a person is on the way: the rest of that conversation is not the AI's.
            if self.submit(Actor::Bot, input).is_err() {
                break;
            }
        }
        // A conversation that waits for a person is left alone: time and the ladder end it.
        drop(self.submit(Actor::Bot, Input::CloseConversation { conversation }));
        if n.is_multiple_of(3) {
            let stars = if complains { 1 } else { 5 };
            drop(self.submit(Actor::Bot, Input::Rate { conversation, stars, comment: None }));
        }
        self.wait(STEP)
    }
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().context("the directory is missing")?;
    let conversations: u64 = args.next().map_or(Ok(100_000), |n| n.parse())?;
    let store = SqliteStore::open(Path::new(&dir))?;
    let now = Timestamp::from_millis(1_767_607_200_000);
    let mut ids = IdSource::new(now, 1);
    let workspace: WorkspaceId = ids.draw();
    store.create_workspace(&WorkspaceRow {
        id: workspace,
        slug: "history".into(),
        name: "History".into(),
        created_at: now,
    })?;
    let lease = store.claim(workspace, "long_history")?;
    let sensed = |texts: &[&str]| texts.iter().map(|t| baton_sense::sense(t)).collect::<Vec<_>>();
    let (customer, ai) = (sensed(CUSTOMER), sensed(AI));
    let (epoch, head) = (lease.epoch, lease.head);
    let mut writer =
        Writer { store: &store, workspace, epoch, head, state: State::default(), now, ids, pending: Vec::new() };
    let bar = indicatif::ProgressBar::new(conversations);
    for n in bar.wrap_iter(0..conversations) {
        writer.conversation(n, &customer, &ai)?;
    }
    writer.flush()?;
    println!("{} events", writer.head);
    Ok(())
}
