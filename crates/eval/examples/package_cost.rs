//! What packaging costs, and whether every package may be believed: `cargo run --release -p baton-eval --example
//! package_cost [PACKAGES]`. Prints `name value unit` lines; `cargo xtask bench package` makes rows of them.
//!
//! Conversations are put together from a few dozen sentences, by a fixed generator: equal runs measure equal work.

use std::{error::Error, hint::black_box, time::Instant};

use baton_core::package;
use baton_eval::told;
use baton_model::{Author, Conversation, HumanAgentId, IdSource, Timestamp, package_schema};

const CUSTOMER: &[&str] = &[
    "I want a refund for order A-{n}.",
    "My parcel {n} has not arrived since 3 March, what is going on?",
    "You charged me {n}.50 EUR twice and I am furious!",
    "my card is 4242 4242 4242 4242 and the account is DE89 3704 0044 0532 0130 00",
    "That did not help at all. The lamp from order B-{n} still flickers.",
    "Ich möchte bitte mein Geld für Bestellung C-{n} zurück.",
    "¿Dónde está mi pedido {n}? Llevo dos semanas esperando.",
    "Je voudrais parler à quelqu'un au sujet de la facture {n}.",
    "ok thanks",
    "Write to ann{n}@example.com or call +49 30 1234{n}.",
    "🙂🙂 hmm… (see https://shop.example/{n})",
    "Can you tell me when somebody will look at it? I asked {n} times already.",
];
const AI: &[&str] = &[
    "You can return items within 30 days. Order A-{n} is eligible.",
    "I'm sorry, I cannot look that up.",
    "We will refund {n}.00 EUR within 5 business days.",
    "A colleague will call you back by tomorrow.",
    "Could you tell me the number of your order, please?",
    "I see order B-{n} in transit. Is there anything else?",
];

fn filled(patterns: &[&str], ids: &mut IdSource) -> String {
    let count = 1 + ids.next_u64() % 3;
    let mut sentences = (0..count).map(|_| {
        let pattern = patterns[(ids.next_u64() % patterns.len() as u64) as usize];
        pattern.replace("{n}", &(100 + ids.next_u64() % 900).to_string())
    });
    let first = sentences.next().unwrap_or_default();
    sentences.fold(first, |text, sentence| text + " " + &sentence)
}

fn talk(turns: usize, ai_only: bool, seed: u64) -> Conversation {
    let mut ids = IdSource::new(Timestamp::from_millis(0), seed);
    let human: HumanAgentId = ids.draw();
    let lines: Vec<(Author, String)> = (0..turns)
        .map(|i| match ids.next_u64() % 12 {
            0 => (Author::Tool { name: "order_lookup".into(), ok: i % 2 == 0 }, filled(AI, &mut ids)),
            1 => (Author::HumanAgent { human_agent: human, name: "Tom".into() }, filled(AI, &mut ids)),
            _ if ai_only || i % 2 == 1 => (Author::AiAgent, filled(AI, &mut ids)),
            _ => (Author::Customer, filled(CUSTOMER, &mut ids)),
        })
        .collect();
    told::conversation(seed, lines)
}

/// Milliseconds, sorted.
#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn times(turns: usize, rounds: u64) -> Vec<f64> {
    let mut times = Vec::new();
    for seed in 0..rounds {
        let c = talk(turns, false, seed);
        let e = told::escalation(&c);
        for _ in 0..(if turns > 1_000 { 3 } else { 10 }) {
            let began = Instant::now();
            black_box(told::package(black_box(&c), &e));
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    times
}

fn main() -> Result<(), Box<dyn Error>> {
    for (turns, rounds) in [(2, 100), (20, 100), (100, 100), (1_000, 10), (5_000, 7), (10_000, 4)] {
        let times = times(turns, rounds);
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            let at = ((times.len() - 1) as f64 * share).round() as usize;
            println!("built_{turns}_turns_{name} {:.4} ms", times[at]);
        }
    }
    let count: u64 = std::env::args().nth(1).map_or(Ok(10_000), |n| n.parse())?;
    let (mut faulty, mut claims) = (0, 0);
    let schema = package_schema();
    for seed in 0..count {
        let turns = [0, 1, 2, 5, 8, 13, 30, 60][(seed % 8) as usize];
        let c = talk(turns, seed % 5 == 0, seed);
        let p = told::package(&c, &told::escalation(&c));
        let shape = package::misshapen(&schema, &serde_json::to_value(&p)?);
        let faults = [package::faults(&p, &c), package::faults_alone(&p), shape].concat();
        claims += 1 + p.summary.len() + usize::from(p.wants.is_some());
        if let Some(fault) = faults.first() {
            faulty += 1;
            eprintln!("package {seed}: {fault}");
        }
        if (seed + 1) % 1_000 == 0 {
            eprintln!("{} of {count} packages checked, {faulty} with a fault", seed + 1);
        }
    }
    println!("generated_packages {count} count");
    println!("generated_claims {claims} count");
    println!("packages_with_a_fault {faulty} count");
    Ok(())
}
