//! Issue classes of a workspace's own, and the second opinion on them.

use std::sync::Arc;

use baton_model::Event;
use baton_runtime::Classes;
use baton_sense::{
    Classifier,
    fit::{Options as FitOptions, Sample, Task, fit, fit_second},
    minilm::{Encoder, Shape},
};

use crate::harness::{World, ask};

const LABELS: [&str; 2] = ["damage", "claim"];
const TEXTS: [&str; 4] = ["the roof leaks", "water under the roof", "pay my claim", "my claim is late"];

fn options() -> FitOptions {
    FitOptions { bits: 10, ..FitOptions::new(Task::OneOf) }
}

fn examples() -> Vec<(Sample, Vec<usize>)> {
    TEXTS.iter().zip([0, 0, 1, 1]).map(|(t, l)| (Sample::of(t), vec![l])).collect()
}

/// The class of the first turn that was journaled.
async fn class_of(text: &str, classifier: Classifier, encoder: Option<Encoder>) -> Option<String> {
    let mut world = World::new();
    world.options.classes = Arc::new(Classes::new([(world.workspace, classifier)], encoder));
    let life = world.start().await;
    ask(&life.handle().await, text).await;
    let class = life.journaled().into_iter().find_map(|r| match r.event {
        Event::TurnAdded { turn, .. } => turn.signals.issue_class.clone(),
        _ => None,
    });
    class.map(|c| c.label)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_with_classes_of_its_own_uses_them() {
    let classifier = Classifier::new(fit(&LABELS, &examples(), &options()).expect("fits")).expect("classes");
    assert_eq!(class_of("Water comes through the roof", classifier, None).await.as_deref(), Some("damage"));
}

/// A small encoder with made-up weights over the real vocabulary.
fn encoder() -> Encoder {
    let shape = Shape { pieces: 30_522, positions: 32, width: 32, heads: 4, inner: 32, layers: 1 };
    let parameters = |name: &str| {
        let size = match name {
            _ if name.contains("word_embeddings") => 30_522 * 32,
            _ if name.contains("position") => 32 * 32,
            _ if name.contains("token_type") => 2 * 32,
            _ if name.contains("LayerNorm") || name.ends_with("bias") => 32,
            _ => 32 * 32,
        };
        let mut state = name.bytes().fold(7_u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
        let base = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            base + 0.3 * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
        };
        Some((0..size).map(next).collect())
    };
    Encoder::from_parameters(shape, parameters).expect("whole")
}

/// The same classes, unsure of every text: the margin stands in the file, after the head and the encoder's width and slope.
fn always_asking(classifier: Classifier) -> Classifier {
    let mut bytes = classifier.to_bytes();
    let head = u32::from_le_bytes(bytes[4..8].try_into().expect("four bytes")) as usize;
    bytes[8 + head + 8..][..4].copy_from_slice(&1.0f32.to_le_bytes());
    Classifier::from_bytes(&bytes).expect("reads")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_encoder_is_asked_about_what_the_classes_are_unsure_of() {
    // What the words say wrongly, the directions say rightly: the second opinion is seen by its answer.
    let (texts, encoder) = (["a zebra", "an otter"], encoder());
    let texts: Vec<&str> = texts.into_iter().cycle().take(40).collect();
    let examples: Vec<_> = (0..40).map(|i| (Sample::of("hello"), vec![i % 2])).collect();
    let directions: Vec<Vec<f32>> = texts.iter().map(|t| encoder.encode(t)).collect();
    let classifier = || Classifier::new(fit(&LABELS, &examples, &options()).expect("fits")).expect("classes");
    let (second, _) = fit_second(&LABELS, &examples, &directions, &options()).expect("fits");
    let with = always_asking(classifier().with_second(second).expect("of these classes"));
    let (alone, again) = (class_of("an otter", classifier(), None).await, class_of("a zebra", classifier(), None).await);
    assert_eq!(alone, again, "the words do not tell them apart");
    assert_eq!(class_of("an otter", with.clone(), Some(encoder)).await.as_deref(), Some("claim"));
    assert_eq!(class_of("an otter", with, None).await, alone, "without the encoder the first opinion stands");
}
