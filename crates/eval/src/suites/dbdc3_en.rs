//! Dialogue Breakdown Detection Challenge 3, English: after each turn of a chatbot, can the user still go on?
//!
//! Some thirty people voted on each turn: O (no breakdown), T (possible breakdown), X (breakdown); gold is the majority,
//! and the votes as a distribution. Fitted: three logistic heads with the vote shares as targets, over words and
//! characters of the turn, of the user's turn before it, their pairs, and what repeats what. Which bot speaks is known, as
//! a workspace knows its own. *Shipped* is the sequence model of the core. Both look back only. The annotation is the
//! unrevised one, as in published numbers.

use std::{array, collections::BTreeSet};

use baton_core::assess::sequence::{self, Levels, Window};
use baton_model::Author;
use baton_sense::logistic::{self, Logistic, Options, Row as Example};
use serde::Deserialize;

use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    columns::{Columns, fold},
    metrics::{Confusion, accuracy, auroc, best_f1, bootstrap, calibration_error, mean, reliability},
    talk::Talk,
    timing::{Dialogue, Policy, golden},
};

pub(crate) const SUITE: Suite =
    Suite { name: "dbdc3_en", about: "breakdowns of chatbots, turn by turn, against the votes of thirty people", run };

/// TF-IDF and a linear model, fitted on the development part, on the evaluation part (research survey).
const BASELINE: Numbers = Numbers { accuracy: 0.505, f1_x: 0.476, f1_tx: 0.758, jsd: 0.0231, mse: 0.0188 };
const BASELINE_GOLDEN: [f64; 3] = [44.6, 57.3, 64.3];
const FOLDS: usize = 5;
/// O, T, X.
const LABELS: usize = 3;
const X: usize = 2;

#[derive(Debug, Clone, Copy)]
struct Numbers {
    accuracy: f64,
    f1_x: f64,
    f1_tx: f64,
    jsd: f64,
    mse: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Votes {
    o: f32,
    t: f32,
    x: f32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Turn {
    /// `S`: the bot; `U`: the user.
    pub(super) speaker: String,
    pub(super) text: String,
    /// On the bot's turns.
    votes: Option<Votes>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Chat {
    system: String,
    pub(super) turns: Vec<Turn>,
}

impl Turn {
    /// Most say that the user cannot go on.
    pub(super) fn broken(&self) -> bool {
        self.votes.as_ref().is_some_and(|votes| majority(&shares(votes)) == X)
    }
}

type Distribution = [f64; LABELS];

/// Columns and gold of one turn.
type Read = (Vec<(u32, f32)>, Distribution);

/// One turn of the bot.
#[derive(Debug, Clone)]
struct Judged {
    /// In its dialogue.
    place: usize,
    gold: Distribution,
    said: Distribution,
    /// Log-odds of T or X above the threshold that makes F1 best on what was fitted; of X likewise.
    over: f64,
    over_x: f64,
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let dev: Vec<Chat> = bench.jsonl("dbdc3_en/dev.jsonl")?;
    let (live_on, judged, note) = match bench.split {
        Split::Dev => {
            let others = |k| dev.iter().enumerate().filter(move |(i, _)| fold(*i, FOLDS) != k).map(|(_, c)| c);
            let models: Vec<Model> = (0..FOLDS).map(|k| Model::fit(&others(k).collect::<Vec<_>>())).collect();
            let judged = dev.iter().enumerate().map(|(i, c)| models[fold(i, FOLDS)].judge(c)).collect::<Vec<_>>();
            let live = dev.iter().map(live).collect::<Vec<_>>();
            (live, judged, "five-fold by dialogue on the development part")
        }
        Split::Test => {
            let eval: Vec<Chat> = bench.jsonl("dbdc3_en/eval.jsonl")?;
            let model = Model::fit(&dev.iter().collect::<Vec<_>>());
            (
                eval.iter().map(live).collect(),
                eval.iter().map(|c| model.judge(c)).collect(),
                "fitted on the development part",
            )
        }
    };
    shipped(&live_on, results);
    report(&judged, note, results);
    Ok(())
}

/// As the core sees it: whether a turn is T or X, and how likely the AI is failing there.
fn live(chat: &Chat) -> Vec<(bool, f64)> {
    let mut talk = Talk::default();
    for turn in &chat.turns {
        talk.add(if turn.votes.is_some() { Author::AiAgent } else { Author::Customer }, &turn.text);
    }
    let voted = chat.turns.iter().enumerate().filter_map(|(i, t)| Some((i, t.votes.as_ref()?)));
    voted
        .map(|(i, votes)| {
            let levels = Levels::of(&Window::of(talk.turns[..=i].iter().collect()));
            (majority(&shares(votes)) > 0, f64::from(sequence::shipped().read(&levels).failing))
        })
        .collect()
}

fn shipped(chats: &[Vec<(bool, f64)>], results: &mut Results) {
    let pick = |s: &[usize]| s.iter().flat_map(|&i| chats[i].iter().copied()).collect::<Vec<_>>();
    let all: Vec<usize> = (0..chats.len()).collect();
    let scored = pick(&all);
    let area = |s: &[usize]| auroc(&pick(s));
    let row = Row::new("AUROC of T or X", area(&all), "").interval(bootstrap(chats.len(), area)).shipped();
    results.add(row.n(scored.len()).note("these chats only pass the time: few of the signals of support occur"));
}

fn shares(votes: &Votes) -> Distribution {
    let all = f64::from(votes.o + votes.t + votes.x).max(1.0);
    [votes.o, votes.t, votes.x].map(|v| f64::from(v) / all)
}

/// The first of equals.
fn majority(d: &Distribution) -> usize {
    (0..LABELS).rev().max_by(|&a, &b| d[a].total_cmp(&d[b])).unwrap_or(0)
}

struct Model {
    heads: [Logistic; LABELS],
    /// Of 1 - O and of X.
    thresholds: [f64; 2],
}

impl Model {
    fn fit(chats: &[&Chat]) -> Self {
        let rows: Vec<Vec<Read>> = chats.iter().map(|c| turns(c)).collect();
        let heads = |uses: &dyn Fn(usize) -> bool| -> [Logistic; LABELS] {
            array::from_fn(|label| {
                let used = rows.iter().enumerate().filter(|(i, _)| uses(*i)).flat_map(|(_, r)| r);
                let example = |(c, d): &Read| Example { columns: c.clone(), target: d[label] as f32, weight: 1.0 };
                logistic::fit(
                    &used.map(example).collect::<Vec<_>>(),
                    &Options { rounds: 60, ..Options::new(Columns::COUNT, 4.0) },
                )
            })
        };
        // A fifth held out says where to draw the line; the heads themselves see everything.
        let rehearsal = heads(&|i| fold(i, FOLDS) != 0);
        let held: Vec<(Distribution, Distribution)> = (0..rows.len())
            .filter(|&i| fold(i, FOLDS) == 0)
            .flat_map(|i| rows[i].iter().map(|(c, gold)| (*gold, distribution(&rehearsal, c))))
            .collect();
        let line = |is: fn(usize) -> bool, score: fn(&Distribution) -> f64| {
            best_f1(&held.iter().map(|(gold, said)| (is(majority(gold)), score(said))).collect::<Vec<_>>()).1
        };
        Self { thresholds: [line(|l| l > 0, |d| 1.0 - d[0]), line(|l| l == X, |d| d[X])], heads: heads(&|_| true) }
    }

    fn judge(&self, chat: &Chat) -> Vec<Judged> {
        let places = (0..chat.turns.len()).filter(|&i| chat.turns[i].votes.is_some());
        places
            .zip(turns(chat))
            .map(|(place, (columns, gold))| {
                let said = distribution(&self.heads, &columns);
                Judged { place, gold, said, over: 1.0 - said[0] - self.thresholds[0], over_x: said[X] - self.thresholds[1] }
            })
            .collect()
    }
}

fn distribution(heads: &[Logistic; LABELS], columns: &[(u32, f32)]) -> Distribution {
    let raw: Distribution = array::from_fn(|l| f64::from(heads[l].probability(columns)).max(1e-6));
    raw.map(|p| p / raw.iter().sum::<f64>())
}

fn turns(chat: &Chat) -> Vec<Read> {
    let said: Vec<Vec<String>> = chat.turns.iter().map(|t| words(&t.text)).collect();
    let voted = chat.turns.iter().enumerate().filter_map(|(i, t)| Some((i, t.votes.as_ref()?)));
    voted.map(|(i, votes)| (columns(&chat.system, &said, i), shares(votes))).collect()
}

/// Words in lower case and the marks that end a sentence.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' | '\'' => words.last_mut().into_iter().for_each(|w| w.push(c)),
            '?' | '!' | '.' | ',' => words.extend([c.to_string(), String::new()]),
            _ => words.push(String::new()),
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

const COMMON: [&str; 24] = [
    "a", "an", "the", "i", "you", "is", "are", "it", "to", "of", "and", "do", "that", "in", "what", "my", "me", "for", "on",
    "have", "so", "be", "at", "with",
];

fn columns(system: &str, said: &[Vec<String>], i: usize) -> Vec<(u32, f32)> {
    let none = Vec::new();
    let at = |back: usize| i.checked_sub(back).map_or(&none, |j| &said[j]);
    let (own, user, earlier) = (at(0), at(1), at(2));
    let mut c = Columns::default();
    c.add(("bot", system), 1.0);
    for w in own {
        c.add(("word", w), 1.0);
        c.add(("word of", system, w), 0.5);
    }
    for pair in bordered(own) {
        c.add(("pair", pair), 0.7);
    }
    for w in user {
        c.add(("user", w), 0.5);
    }
    for pair in bordered(user) {
        c.add(("user's pair", pair), 0.3);
    }
    let common = |w: &String| COMMON.contains(&w.as_str());
    for asked in user.iter().take(12) {
        for answered in own.iter().filter(|w| !common(asked) || !common(w)) {
            c.add(("answers", asked, answered), 0.3);
        }
    }
    let text: Vec<char> = own.join(" ").chars().collect();
    for gram in text.windows(3).chain(text.windows(4)) {
        c.add(("gram", gram), 0.25);
    }
    let set = |words: &[String]| words.iter().filter(|w| !common(w)).cloned().collect::<BTreeSet<String>>();
    let (mine, theirs, mine_before) = (set(own), set(user), set(earlier));
    let shared = mine.intersection(&theirs).count();
    let asks = |words: &[String]| words.iter().any(|w| w == "?");
    for scope in ["", system] {
        c.add(("taken up", scope), shared as f32 / mine.len().max(1) as f32);
        c.flag(("takes up", scope), shared > 0);
        c.add(("goes on", scope), overlap(&mine, &mine_before));
        c.add(("length", scope), own.len().min(40) as f32 / 10.0);
        c.flag(("short", scope), own.len() < 4);
        c.flag(("long", scope), own.len() > 20);
        c.add(("user's length", scope), user.len().min(40) as f32 / 10.0);
        c.flag(("asks", scope), asks(own));
        c.flag(("leaves a question", scope), asks(user) && !asks(own));
        c.flag(("asks back", scope), asks(user) && asks(own));
        let all = |words: &[String]| words.iter().cloned().collect::<BTreeSet<String>>();
        let nearest = |first: usize| {
            let earlier = (first..=i).step_by(2).map(|back| overlap(&all(own), &all(&said[i - back])));
            earlier.fold(0.0, f32::max)
        };
        let repeated = nearest(2);
        c.add(("repeats itself", scope), repeated);
        c.flag(("word for word", scope), repeated > 0.9);
        c.add(("echoes", scope), nearest(1));
        let puzzled =
            ["what", "huh", "sense", "mean", "understand", "confused", "weird", "random", "strange", "odd", "wrong", "no"];
        c.flag(("user is puzzled", scope), user.iter().any(|w| puzzled.contains(&w.as_str())));
    }
    c.add(("place", (i / 2).min(9)), 1.0);
    c.done()
}

fn bordered(words: &[String]) -> impl Iterator<Item = (&str, &str)> {
    let first = std::iter::once("^").chain(words.iter().map(String::as_str));
    first.zip(words.iter().map(String::as_str).chain(std::iter::once("$")))
}

/// Shared words by all words.
fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f32 {
    a.intersection(b).count() as f32 / a.union(b).count().max(1) as f32
}

/// Jensen-Shannon divergence in nats.
fn divergence(p: &Distribution, q: &Distribution) -> f64 {
    let half = |a: &Distribution, b: &Distribution| -> f64 {
        a.iter().zip(b).filter(|(x, _)| **x > 0.0).map(|(x, y)| x * (x / ((x + y) / 2.0)).ln()).sum::<f64>() / 2.0
    };
    half(p, q) + half(q, p)
}

fn report(chats: &[Vec<Judged>], note: &str, results: &mut Results) {
    let units = chats.len();
    let all: Vec<usize> = (0..units).collect();
    let pick = |s: &[usize]| s.iter().flat_map(|&i| &chats[i]).collect::<Vec<&Judged>>();
    let turns = pick(&all).len();
    let label = |s: &[usize]| {
        let both = pick(s);
        accuracy(
            &both.iter().map(|j| majority(&j.gold)).collect::<Vec<_>>(),
            &both.iter().map(|j| majority(&j.said)).collect::<Vec<_>>(),
        )
    };
    let breakdown = |j: &Judged| majority(&j.gold) > 0;
    let is_x = |j: &Judged| majority(&j.gold) == X;
    let f1 = |s: &[usize]| Confusion::of(pick(s).into_iter().map(|j| (breakdown(j), j.over >= 0.0))).f1();
    let f1_most = |s: &[usize]| Confusion::of(pick(s).into_iter().map(|j| (breakdown(j), majority(&j.said) > 0))).f1();
    let f1_x = |s: &[usize]| Confusion::of(pick(s).into_iter().map(|j| (is_x(j), majority(&j.said) == X))).f1();
    let f1_x_line = |s: &[usize]| Confusion::of(pick(s).into_iter().map(|j| (is_x(j), j.over_x >= 0.0))).f1();
    let area = |s: &[usize]| auroc(&pick(s).into_iter().map(|j| (breakdown(j), 1.0 - j.said[0])).collect::<Vec<_>>());
    let jsd = |s: &[usize]| mean(&pick(s).iter().map(|j| divergence(&j.gold, &j.said)).collect::<Vec<_>>());
    let mse = |s: &[usize]| {
        let one = |j: &&Judged| mean(&array::from_fn::<f64, LABELS, _>(|l| (j.gold[l] - j.said[l]).powi(2)));
        mean(&pick(s).iter().map(one).collect::<Vec<_>>())
    };
    let percent = |name: &str, f: &dyn Fn(&[usize]) -> f64| {
        Row::percent(name, f(&all)).interval(bootstrap(units, f)).fitted().n(turns)
    };
    let number = |name: &str, f: &dyn Fn(&[usize]) -> f64| {
        Row::new(name, f(&all), "").interval(bootstrap(units, f)).fitted().n(turns)
    };
    results.add(
        percent("F1 of T or X", &f1)
            .target(80.0)
            .baseline(100.0 * BASELINE.f1_tx)
            .note(format!("{note}; threshold from a held-out fifth of what was fitted")),
    );
    results.add(percent("F1 of T or X, likeliest label", &f1_most));
    results.add(percent("accuracy", &label).target(55.0).baseline(100.0 * BASELINE.accuracy));
    results.add(percent("F1 of X", &f1_x_line).baseline(100.0 * BASELINE.f1_x).note("threshold as above"));
    results.add(percent("F1 of X, likeliest label", &f1_x).baseline(100.0 * BASELINE.f1_x));
    results.add(number("AUROC of T or X", &area));
    results.add(number("Jensen-Shannon divergence", &jsd).at_most(0.021).baseline(BASELINE.jsd));
    results.add(Row { lower_is_better: true, ..number("mean squared error", &mse) }.baseline(BASELINE.mse));

    let placed: Vec<Dialogue> = chats.iter().map(|c| dialogue(c)).collect();
    for (k, name) in ["GT-I of X turns", "GT-II of X turns", "GT-III of X turns"].into_iter().enumerate() {
        let value =
            |s: &[usize]| golden(&s.iter().map(|&i| &placed[i]).collect::<Vec<_>>(), Policy::EveryTurn, 0.0, k as f64 + 1.0);
        let row = Row::percent(name, value(&all)).interval(bootstrap(units, value)).fitted().n(units);
        results.add(row.baseline(BASELINE_GOLDEN[k]).note(format!("{}, chosen for F1", Policy::EveryTurn.words())));
    }
    let scored: Vec<(bool, f64)> = pick(&all).into_iter().map(|j| (breakdown(j), 1.0 - j.said[0])).collect();
    results
        .add(Row::percent("calibration error of T or X against the majority", calibration_error(&scored)).fitted().n(turns));
    let points = reliability(&scored).iter().map(|b| (b.said, b.was)).collect();
    results.curve(
        "Share of votes said against majority",
        "said share of T and X",
        "share of turns with such a majority",
        points,
        true,
    );
}

/// Turns of the user are never X.
fn dialogue(judged: &[Judged]) -> Dialogue {
    let turns = judged.last().map_or(0, |j| j.place + 1);
    let mut d = Dialogue { gold: vec![false; turns], score: vec![f64::NEG_INFINITY; turns] };
    for j in judged {
        (d.gold[j.place], d.score[j.place]) = (majority(&j.gold) == X, j.over_x);
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_later_turn_is_read() {
        let said: Vec<Vec<String>> = ["hi", "Hello!", "who are you?", "a bot"].iter().map(|t| words(t)).collect();
        assert_eq!(columns("b", &said, 1), columns("b", &said[..2], 1));
    }

    #[test]
    fn equal_votes_diverge_by_nothing_and_opposite_ones_by_ln_2() {
        assert!(divergence(&[0.2, 0.3, 0.5], &[0.2, 0.3, 0.5]).abs() < 1e-12);
        assert!((divergence(&[1.0, 0.0, 0.0], &[0.0, 0.0, 1.0]) - std::f64::consts::LN_2).abs() < 1e-12);
    }

    #[test]
    fn the_first_of_equal_votes_is_the_majority() {
        assert_eq!(majority(&[0.4, 0.4, 0.2]), 0);
        assert_eq!(majority(&[0.2, 0.4, 0.4]), 1);
    }
}
