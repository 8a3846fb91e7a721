//! Plans: what happens, as operations that mean something in any state. An index picks among what there is, modulo its
//! number, so that a shortened plan still runs.

use rand::{Rng, SeedableRng, rngs::SmallRng};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// Time passes, in milliseconds; due timers wake the core on the way.
    Pass {
        ms: i64,
    },
    /// A new conversation: with the built-in AI, or an external bot.
    Open {
        customer: u8,
        external: bool,
    },
    Say {
        conversation: u8,
        text: u8,
    },
    AskHuman {
        conversation: u8,
    },
    AnswerOffer {
        conversation: u8,
        accept: bool,
    },
    CancelWait {
        conversation: u8,
    },
    ChooseCallback {
        conversation: u8,
        slot: u8,
    },
    Connect {
        conversation: u8,
        connected: bool,
    },
    Leave {
        conversation: u8,
    },
    Rate {
        conversation: u8,
        stars: u8,
    },
    Close {
        conversation: u8,
    },
    /// The external bot writes; stale: under the epoch before.
    BotSays {
        conversation: u8,
        kind: u8,
        stale: bool,
    },
    Tool {
        conversation: u8,
        ok: bool,
    },
    /// The assistant answers an open question; twice: the answer is delivered again.
    Answer {
        ask: u8,
        kind: u8,
        twice: bool,
    },
    Facts {
        look_up: u8,
        ok: bool,
    },
    Presence {
        human: u8,
        willing: u8,
    },
    /// No more heartbeats.
    Vanish {
        human: u8,
    },
    SignOut {
        human: u8,
    },
    /// What is offered shows on their screen.
    See {
        human: u8,
    },
    Accept {
        human: u8,
    },
    Decline {
        human: u8,
    },
    Reply {
        human: u8,
        item: u8,
    },
    Transfer {
        human: u8,
        item: u8,
        to: u8,
    },
    HandBack {
        human: u8,
        item: u8,
        verdict: u8,
    },
    Resolve {
        human: u8,
        item: u8,
        verdict: u8,
    },
    Verdict {
        human: u8,
        item: u8,
        verdict: u8,
    },
    /// A client sends an earlier request again, with its key.
    Retry {
        which: u8,
    },
    /// The process stops around the next commit.
    Crash {
        after_commit: bool,
    },
    /// The wall clock jumps back.
    ClockBack {
        ms: i64,
    },
    Snapshot,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    pub ops: Vec<Op>,
}

pub fn generate(seed: u64, length: usize) -> Plan {
    let mut rng = SmallRng::seed_from_u64(seed);
    // Somebody is at work and somebody asks, so that short plans reach the interesting part too.
    let mut ops = vec![
        Op::Presence { human: 0, willing: 0 },
        Op::Presence { human: 1, willing: 0 },
        Op::Open { customer: 0, external: false },
        Op::Open { customer: 1, external: true },
    ];
    ops.extend((0..length).map(|_| op(&mut rng)));
    Plan { seed, ops }
}

fn op(r: &mut SmallRng) -> Op {
    let b = |r: &mut SmallRng| r.random::<u8>();
    match r.random_range(0..200) {
        0..24 => Op::Pass { ms: r.random_range(1..20_000) },
        24..32 => Op::Pass { ms: r.random_range(20_000..600_000) },
        32..34 => Op::Pass { ms: r.random_range(600_000..40_000_000) },
        34..44 => Op::Open { customer: b(r), external: r.random_bool(0.4) },
        44..74 => Op::Say { conversation: b(r), text: b(r) },
        74..80 => Op::AskHuman { conversation: b(r) },
        80..86 => Op::AnswerOffer { conversation: b(r), accept: r.random_bool(0.6) },
        86..89 => Op::CancelWait { conversation: b(r) },
        89..92 => Op::ChooseCallback { conversation: b(r), slot: b(r) },
        92..97 => Op::Connect { conversation: b(r), connected: r.random_bool(0.5) },
        97..99 => Op::Leave { conversation: b(r) },
        99..101 => Op::Rate { conversation: b(r), stars: r.random_range(0..7) },
        101..103 => Op::Close { conversation: b(r) },
        103..115 => Op::BotSays { conversation: b(r), kind: b(r), stale: r.random_bool(0.3) },
        115..118 => Op::Tool { conversation: b(r), ok: r.random_bool(0.5) },
        118..130 => Op::Answer { ask: b(r), kind: b(r), twice: r.random_bool(0.2) },
        130..133 => Op::Facts { look_up: b(r), ok: r.random_bool(0.6) },
        133..141 => Op::Presence { human: b(r), willing: b(r) },
        141..143 => Op::Vanish { human: b(r) },
        143..144 => Op::SignOut { human: b(r) },
        144..147 => Op::See { human: b(r) },
        147..160 => Op::Accept { human: b(r) },
        160..163 => Op::Decline { human: b(r) },
        163..175 => Op::Reply { human: b(r), item: b(r) },
        175..178 => Op::Transfer { human: b(r), item: b(r), to: b(r) },
        178..180 => Op::HandBack { human: b(r), item: b(r), verdict: b(r) },
        180..186 => Op::Resolve { human: b(r), item: b(r), verdict: b(r) },
        186..188 => Op::Verdict { human: b(r), item: b(r), verdict: b(r) },
        188..193 => Op::Retry { which: b(r) },
        193..197 => Op::Crash { after_commit: r.random_bool(0.5) },
        197..198 => Op::ClockBack { ms: r.random_range(1..5_000) },
        _ => Op::Snapshot,
    }
}
