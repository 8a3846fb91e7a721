//! The trained heads of `sense`: emotions, sentiment, and what customers do to or want from a service.
//!
//! Only training parts are learnt from. The thresholds, probabilities and the metrics on the cards come from a held-out
//! fifth; the weights are then fitted on all.

use baton_sense::fit::{FitError, Head, Options, Sample, Task, fit};

use crate::{Card, Inputs, Product, Stage, TrainError};

/// One text, with the labels that hold of it.
type Row = (String, Vec<&'static str>);

pub(crate) const STAGE: Stage =
    Stage { name: "heads", about: "emotions, sentiment, and what customers do to a service", run };

fn run(inputs: &Inputs<'_>) -> Result<Vec<Product>, TrainError> {
    let progress = inputs.progress.task("heads", 3);
    let emotions = emotions(inputs)?;
    progress.step(1);
    let sentiment = sentiment(inputs)?;
    progress.step(1);
    let service = service(inputs)?;
    progress.step(1);
    Ok(vec![emotions, sentiment, service])
}

/// In the order of the data set, which counts from 0.
const EMOTIONS: [&str; 28] = [
    "admiration",
    "amusement",
    "anger",
    "annoyance",
    "approval",
    "caring",
    "confusion",
    "curiosity",
    "desire",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "excitement",
    "fear",
    "gratitude",
    "grief",
    "joy",
    "love",
    "nervousness",
    "optimism",
    "pride",
    "realization",
    "relief",
    "remorse",
    "sadness",
    "surprise",
    "neutral",
];

/// What `sense` reports, and the emotions it stands for.
const KINDS: [(&str, &[&str]); 3] =
    [("anger", &["anger", "annoyance"]), ("anxiety", &["fear", "nervousness"]), ("sadness", &["sadness", "grief"])];

fn emotions(inputs: &Inputs<'_>) -> Result<Product, TrainError> {
    let labels = KINDS.map(|(kind, _)| kind);
    let rows = goemotions(inputs)?
        .into_iter()
        .map(|(text, said)| {
            let holds = KINDS.iter().filter(|(_, parts)| said.iter().any(|e| parts.contains(e))).map(|(kind, _)| *kind);
            (text, holds.collect())
        })
        .collect();
    let options = Options { bits: 15, cost: 0.1, balance: 0.35, rounds: 8, ..Options::new(Task::AnyOf) };
    let about = "Anger, anxiety and sadness of one text, each with a probability: linear over hashed n-grams.";
    product("crates/sense/weights/emotions.bin", about, &["goemotions"], &labels, rows, &options)
}

/// From the worst to the best.
const SENTIMENTS: [&str; 3] = ["negative", "neutral", "positive"];
/// Not English: those tweets are TweetEval's, which is for evaluation only. English is learnt from comments.
const LANGUAGES: [&str; 7] = ["arabic", "french", "german", "hindi", "italian", "portuguese", "spanish"];
const GOOD: [&str; 11] = [
    "admiration",
    "amusement",
    "approval",
    "excitement",
    "gratitude",
    "joy",
    "love",
    "optimism",
    "pride",
    "relief",
    "caring",
];
const BAD: [&str; 11] = [
    "anger",
    "annoyance",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "fear",
    "grief",
    "nervousness",
    "remorse",
    "sadness",
];

fn sentiment(inputs: &Inputs<'_>) -> Result<Product, TrainError> {
    let mut rows: Vec<Row> = Vec::new();
    for language in LANGUAGES {
        let texts = inputs.sources.text(&format!("umsab_sentiment/{language}/train_text.txt"))?;
        let file = format!("umsab_sentiment/{language}/train_labels.txt");
        for (text, place) in texts.lines().zip(inputs.sources.text(&file)?.lines()) {
            let label = place.parse::<usize>().ok().and_then(|i| SENTIMENTS.get(i));
            let label = label.ok_or_else(|| malformed(&file, format!("{place} is no label")))?;
            rows.push((text.to_owned(), vec![label]));
        }
    }
    // Comments whose emotions agree; a quarter of them, so that English does not drown the others.
    for (text, said) in goemotions(inputs)?.into_iter().step_by(4) {
        let (good, bad) = (said.iter().any(|e| GOOD.contains(e)), said.iter().any(|e| BAD.contains(e)));
        let label = match (good, bad) {
            (true, false) => "positive",
            (false, true) => "negative",
            (false, false) if said == ["neutral"] => "neutral",
            _ => continue,
        };
        rows.push((text, vec![label]));
    }
    let options = Options { bits: 16, cost: 0.1, rounds: 8, ..Options::new(Task::OneOf) };
    let about = "Sentiment of one text in eight languages: linear over hashed n-grams.";
    let sources = ["umsab_sentiment", "goemotions"];
    product("crates/sense/weights/sentiment.bin", about, &sources, &SENTIMENTS, rows, &options)
}

const DOMAINS: [&str; 6] = ["airline", "fastfood", "finance", "insurance", "media", "software"];
/// Intents of bank customers who do not accept a charge.
const DISPUTED: [&str; 5] = [
    "card_payment_not_recognised",
    "direct_debit_payment_not_recognised",
    "cash_withdrawal_not_recognised",
    "transaction_charged_twice",
    "extra_charge_on_statement",
];

fn service(inputs: &Inputs<'_>) -> Result<Product, TrainError> {
    let sources = inputs.sources;
    let mut rows: Vec<Row> = Vec::new();
    let mut add = |text: &str, label: Option<&'static str>| rows.push((text.to_owned(), label.into_iter().collect()));
    for row in sources.table("convabuse/train.csv", b',')? {
        let votes = |negative: bool| {
            let counted = row.iter().filter(|(name, cell)| {
                name.split_once("_is_abuse.").is_some_and(|(_, s)| s.starts_with('-') == negative) && cell.starts_with('1')
            });
            counted.count()
        };
        add(cell(&row, "user"), (votes(true) > votes(false)).then_some("abuse"));
    }
    for row in sources.table("bitext_intents/train.csv", b',')?.iter().step_by(2) {
        add(cell(row, "utterance"), (cell(row, "intent") == "complaint").then_some("complaint"));
    }
    for row in sources.table("banking77/train.csv", b',')? {
        add(cell(&row, "text"), DISPUTED.contains(&cell(&row, "category")).then_some("dispute"));
    }
    for value in sources.json_lines("dstc11_intents/train.jsonl")? {
        add(value["utterance"].as_str().unwrap_or(""), (value["intent"] == "DisputeCharge").then_some("dispute"));
    }
    for domain in DOMAINS {
        for (i, row) in sources.table(&format!("multidogo/turn_level/{domain}/train.tsv"), b'\t')?.iter().enumerate() {
            let disputes = cell(row, "intent").contains("disputecharge");
            if disputes || i.is_multiple_of(6) {
                add(cell(row, "utterance"), disputes.then_some("dispute"));
            }
        }
    }
    let options = Options { bits: 15, cost: 0.5, balance: 0.35, words: 1.5, ..Options::new(Task::AnyOf) };
    let about =
        "Abuse of whoever answers, complaints, and disputed charges, each with a probability: linear over hashed n-grams.";
    let made_from = ["convabuse", "bitext_intents", "banking77", "dstc11_intents", "multidogo"];
    product("crates/sense/weights/service.bin", about, &made_from, &["abuse", "complaint", "dispute"], rows, &options)
}

fn cell<'a>(row: &'a std::collections::BTreeMap<String, String>, name: &str) -> &'a str {
    row.get(name).map_or("", String::as_str)
}

fn goemotions(inputs: &Inputs<'_>) -> Result<Vec<Row>, TrainError> {
    const FILE: &str = "goemotions/train.tsv";
    let text = inputs.sources.text(FILE)?;
    let row = |line: &str| {
        let mut cells = line.split('\t');
        let (text, places) = cells.next().zip(cells.next())?;
        let labels = places.split(',').map(|p| EMOTIONS.get(p.parse::<usize>().ok()?).copied());
        Some((text.to_owned(), labels.collect::<Option<_>>()?))
    };
    text.lines().map(|line| row(line).ok_or_else(|| malformed(FILE, format!("a line that is no row: {line}")))).collect()
}

fn product(
    path: &'static str,
    about: &str,
    sources: &[&str],
    labels: &[&str],
    rows: Vec<Row>,
    options: &Options,
) -> Result<Product, TrainError> {
    let place = |label: &&str| labels.iter().position(|l| l == label);
    let examples: Vec<(Sample, Vec<usize>)> = rows
        .into_iter()
        .map(|(text, holds)| {
            let sample = Sample { embedding: None, ..Sample::of(&text) };
            (sample, holds.iter().filter_map(place).collect())
        })
        .collect();
    let failed = |e: FitError| malformed(path, e.to_string());
    // Once on four fifths for the card, then on all for the product.
    let rehearsed: Vec<_> = examples.iter().enumerate().filter(|(i, _)| i % 5 != 4).map(|(_, e)| e.clone()).collect();
    let rehearsal = fit(labels, &rehearsed, options).map_err(failed)?;
    let held: Vec<&(Sample, Vec<usize>)> = examples.iter().skip(4).step_by(5).collect();
    let metrics =
        labels.iter().enumerate().map(|(l, label)| (format!("F1 of {label}, a fifth held out"), f1(&rehearsal, l, &held)));
    let mut metrics: Vec<(String, String)> = metrics.collect();
    metrics.insert(0, ("texts".into(), examples.len().to_string()));
    let head = fit(labels, &examples, options).map_err(failed)?;
    let card = Card { about: about.into(), sources: sources.iter().map(|s| (*s).into()).collect(), metrics };
    Ok(Product { path, bytes: head.to_bytes(), card: Some(card) })
}

fn f1(head: &Head, label: usize, held: &[&(Sample, Vec<usize>)]) -> String {
    let (mut hits, mut errors) = (0, 0);
    for (sample, gold) in held {
        let scores = head.score(sample);
        let said = match head.task() {
            Task::OneOf => scores.best() == label,
            Task::AnyOf => scores.probabilities[label] >= head.threshold(label),
        };
        match (said, gold.contains(&label)) {
            (true, true) => hits += 2,
            (false, false) => {}
            _ => errors += 1,
        }
    }
    format!("{:.3}", f64::from(hits) / f64::from((hits + errors).max(1)))
}

fn malformed(file: &str, problem: String) -> TrainError {
    TrainError::Malformed { file: file.to_owned(), problem }
}
