//! `cargo xtask crash`: kills the real binary with SIGKILL at random moments while clients write, restarts it, and checks
//! through the API that every acknowledged write is there exactly once and in order.
//!
//! A client that gets no answer sends the same request again, with the same idempotency key, until it gets one. So each
//! turn is acknowledged in the end, and the customer turns of a conversation must be exactly the acknowledged ones.
//! The last check runs after one more kill, so that it reads what the disk holds.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{
    client::Client,
    process,
    server::{Scratch, Server},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Kills
    #[arg(long, default_value_t = 100)]
    cycles: u32,
    /// Concurrent writers
    #[arg(long, default_value_t = 12)]
    clients: u64,
    /// Of the moments and lengths; printed by each run
    #[arg(long)]
    seed: Option<u64>,
    /// Cargo profile
    #[arg(long, default_value = "release")]
    profile: String,
    /// This binary, instead of building one
    #[arg(long)]
    binary: Option<PathBuf>,
}

impl Args {
    /// What the test command runs.
    pub(crate) fn of(binary: PathBuf, cycles: u32) -> Self {
        Self { cycles, clients: 12, seed: None, profile: "dev".to_owned(), binary: Some(binary) }
    }
}

/// One conversation and what was acknowledged in it, in order: turn id and text.
#[derive(Debug)]
struct Ledger {
    conversation: String,
    turns: Vec<(String, String)>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Faults {
    lost: u64,
    duplicated: u64,
    disordered: u64,
    unknown: u64,
}

impl Faults {
    fn none(&self) -> bool {
        *self == Self::default()
    }
}

/// Longest conversation of one client before it opens another.
const TURNS: u64 = 30;
/// The turn, from 0, at which the customer asks for a person: one commit with an escalation and its acknowledgement.
const ASKS: u64 = 8;

pub(crate) fn run(args: &Args) -> Result<()> {
    let seed = args.seed.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |d| d.as_nanos() as u64));
    println!("crash: seed {seed}, {} cycles, {} clients", args.cycles, args.clients);
    let binary = match &args.binary {
        Some(built) => built.clone(),
        None => process::build_baton(&args.profile)?,
    };
    let scratch = Scratch::new("crash")?;
    let mut server = Server::new(&binary, scratch.path())?;
    let key = server.workspace("crash")?;
    server.start()?;

    let stop = AtomicBool::new(false);
    let (retries, answers) = (AtomicU64::new(0), AtomicU64::new(0));
    let ledgers = Mutex::new(Vec::new());
    let address = server.address;
    let mut random = Random(seed);
    thread::scope(|scope| -> Result<()> {
        let clients: Vec<_> = (0..args.clients)
            .map(|n| {
                let (stop, ledgers, key) = (&stop, &ledgers, key.as_str());
                let sender = Sender { client: Client::new(address, key), retries: &retries, answers: &answers };
                scope.spawn(move || write(n, sender, stop, ledgers))
            })
            .collect();
        let mut killing = || -> Result<()> {
            for cycle in 1..=args.cycles {
                // Half of the kills come at any moment, also during the start; the others after some work was done.
                if cycle % 2 == 0 {
                    let enough = answers.load(Ordering::Relaxed) + random.below(300);
                    wait_for(|| answers.load(Ordering::Relaxed) >= enough);
                }
                thread::sleep(Duration::from_micros(random.below(120_000)));
                server.kill()?;
                server.start().with_context(|| format!("start after kill {cycle}"))?;
                if cycle % 10 == 0 {
                    println!("crash: {cycle} kills");
                }
            }
            Ok(())
        };
        let killed = killing();
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().map_err(|_| anyhow::anyhow!("a client panicked"))??;
        }
        killed
    })?;

    server.kill()?;
    server.start()?;
    let ledgers = ledgers.into_inner().map_err(|_| anyhow::anyhow!("poisoned"))?;
    let mut faults = Faults::default();
    let mut escalations = 0;
    let mut client = Client::new(address, &key);
    for ledger in &ledgers {
        let view = client.get(&format!("/v1/conversations/{}", ledger.conversation))?.ok()?.json()?;
        compare(&ledger.turns, &customer_turns(&view), &mut faults);
        if ledger.turns.len() > ASKS as usize {
            escalations += 1;
            once(&view, &mut faults);
        }
    }
    server.kill()?;
    let journal = server.command(&["journal", "check"])?;
    println!("crash: {}", journal.trim().replace('\n', "\ncrash: "));

    let acknowledged: usize = ledgers.iter().map(|l| l.turns.len()).sum();
    println!(
        "crash: {} cycles, {} conversations, {acknowledged} acknowledged turns, {escalations} escalations, {} requests sent again: {} lost, {} duplicated, {} out of order, {} unknown (seed {seed})",
        args.cycles,
        ledgers.len(),
        retries.load(Ordering::Relaxed),
        faults.lost,
        faults.duplicated,
        faults.disordered,
        faults.unknown
    );
    if !faults.none() {
        bail!("acknowledged writes were not kept exactly once; run again with --seed {seed}");
    }
    if acknowledged == 0 {
        bail!("nothing was acknowledged: the run proves nothing");
    }
    Ok(())
}

/// Waits a while for it; a slow machine only makes a cycle poorer.
fn wait_for(done: impl Fn() -> bool) {
    const LIMIT: Duration = Duration::from_secs(3);
    let began = Instant::now();
    while !done() && began.elapsed() < LIMIT {
        thread::sleep(Duration::from_millis(1));
    }
}

struct Sender<'a> {
    client: Client,
    retries: &'a AtomicU64,
    answers: &'a AtomicU64,
}

impl Sender<'_> {
    /// The same request with the same key until it is answered. Only what a retry can mend is retried.
    fn insist(&mut self, path: &str, key: &str, body: &str) -> Result<Value> {
        const LIMIT: Duration = Duration::from_secs(60);
        let began = Instant::now();
        while began.elapsed() < LIMIT {
            match self.client.post(path, key, body) {
                Ok(response) if response.status == 503 || response.status == 429 => {}
                Ok(response) => {
                    self.answers.fetch_add(1, Ordering::Relaxed);
                    return response.ok().with_context(|| format!("POST {path}"))?.json();
                }
                Err(_) => {}
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(5));
        }
        bail!("no answer to {path} within {} s", LIMIT.as_secs())
    }
}

fn write(n: u64, mut sender: Sender<'_>, stop: &AtomicBool, ledgers: &Mutex<Vec<Ledger>>) -> Result<()> {
    let mut round = 0;
    while !stop.load(Ordering::Relaxed) {
        let body =
            json!({ "channel": "chat", "ai_mode": "external", "customer": { "name": format!("Customer {n}") } }).to_string();
        let opened = sender.insist("/v1/conversations", &format!("open-{n}-{round}"), &body)?;
        let conversation = opened["conversation"]["id"].as_str().context("no conversation id in the answer")?.to_owned();
        let mut turns = Vec::new();
        for turn in 0..TURNS {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let text = match turn {
                ASKS => "Please let me talk to a person.".to_owned(),
                _ => format!("Question {turn} of round {round} from customer {n} about the garden lamp."),
            };
            let body = json!({ "role": "customer", "text": text }).to_string();
            let path = format!("/v1/conversations/{conversation}/turns");
            let answer = sender.insist(&path, &format!("turn-{n}-{round}-{turn}"), &body)?;
            let id = answer["turn"].as_str().context("no turn id in the answer")?.to_owned();
            turns.push((id, text));
        }
        ledgers.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.push(Ledger { conversation, turns });
        round += 1;
    }
    Ok(())
}

fn customer_turns(view: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let turns = view["conversation"]["turns"].as_array().into_iter().flatten();
    turns.filter(|t| t["author"]["role"] == "customer").map(|t| (text(&t["id"]), text(&t["text"]))).collect()
}

/// One request for a person: one escalation, and one acknowledgement beside it.
fn once(view: &Value, faults: &mut Faults) {
    let turns = view["conversation"]["turns"].as_array().into_iter().flatten();
    let acknowledgements = turns.filter(|t| t["author"]["notice"] == "acknowledgement").count();
    let escalations = view["conversation"]["escalations"].as_array().map_or(0, Vec::len);
    for count in [acknowledgements, escalations] {
        match count {
            0 => faults.lost += 1,
            n => faults.duplicated += n as u64 - 1,
        }
    }
}

fn compare(acknowledged: &[(String, String)], found: &[(String, String)], faults: &mut Faults) {
    let mut count: HashMap<&str, u64> = HashMap::new();
    for (_, text) in found {
        *count.entry(text).or_default() += 1;
    }
    for turn in acknowledged {
        match count.remove(turn.1.as_str()) {
            None => faults.lost += 1,
            // Under another id it is another write: the acknowledged one is gone.
            Some(_) if !found.contains(turn) => faults.lost += 1,
            Some(times) => faults.duplicated += times - 1,
        }
    }
    faults.unknown += count.values().sum::<u64>();
    let expected: Vec<&String> =
        acknowledged.iter().map(|(id, _)| id).filter(|id| found.iter().any(|(f, _)| f == *id)).collect();
    let order: Vec<&String> = found.iter().map(|(id, _)| id).filter(|id| expected.contains(id)).collect();
    faults.disordered += expected.iter().zip(&order).filter(|(a, b)| a != b).count() as u64;
}

/// SplitMix64, as in the model: the same seed gives the same moments.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect()
    }

    fn faults(acknowledged: &[(&str, &str)], found: &[(&str, &str)]) -> Faults {
        let mut faults = Faults::default();
        compare(&turns(acknowledged), &turns(found), &mut faults);
        faults
    }

    #[test]
    fn an_escalation_and_its_acknowledgement_come_once() {
        let view = |notices: usize, escalations: usize| {
            let notice = json!({ "author": { "role": "notice", "notice": "acknowledgement" } });
            let mut faults = Faults::default();
            once(
                &json!({ "conversation": { "turns": vec![notice; notices], "escalations": vec!["esc_1"; escalations] } }),
                &mut faults,
            );
            faults
        };
        assert!(view(1, 1).none());
        assert_eq!(view(0, 1), Faults { lost: 1, ..Faults::default() });
        assert_eq!(view(2, 2), Faults { duplicated: 2, ..Faults::default() });
    }

    #[test]
    fn each_kind_of_fault_is_told_apart() {
        let three = [("1", "a"), ("2", "b"), ("3", "c")];
        assert!(faults(&three, &three).none());
        assert_eq!(faults(&three, &three[..2]), Faults { lost: 1, ..Faults::default() });
        assert_eq!(
            faults(&three, &[("1", "a"), ("2", "b"), ("4", "b"), ("3", "c")]),
            Faults { duplicated: 1, ..Faults::default() }
        );
        assert_eq!(faults(&three, &[("1", "a"), ("3", "c"), ("2", "b")]), Faults { disordered: 2, ..Faults::default() });
        assert_eq!(
            faults(&three, &[("1", "a"), ("2", "b"), ("3", "c"), ("4", "d")]),
            Faults { unknown: 1, ..Faults::default() }
        );
        assert_eq!(faults(&three, &[("1", "a"), ("2", "b"), ("9", "c")]), Faults { lost: 1, ..Faults::default() });
    }
}
