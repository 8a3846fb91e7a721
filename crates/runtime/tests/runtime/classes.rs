//! Issue classes of a workspace's own.

use std::{collections::HashMap, sync::Arc};

use baton_model::Event;
use baton_sense::{
    Classifier,
    fit::{Options as FitOptions, Sample, Task, fit},
};

use crate::harness::{World, ask};

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_with_classes_of_its_own_uses_them() {
    let texts = ["the roof leaks", "water under the roof", "pay my claim", "my claim is late"];
    let examples: Vec<_> = texts.iter().zip([0, 0, 1, 1]).map(|(t, l)| (Sample::of(t), vec![l])).collect();
    let head = fit(&["damage", "claim"], &examples, &FitOptions { bits: 10, ..FitOptions::new(Task::OneOf) }).expect("fits");
    let mut world = World::new();
    world.options.classifiers = Arc::new(HashMap::from([(world.workspace, Classifier::new(head).expect("classes"))]));
    let life = world.start().await;
    ask(&life.handle().await, "Water comes through the roof").await;
    let class = life.journaled().into_iter().find_map(|r| match r.event {
        Event::TurnAdded { turn, .. } => turn.signals.issue_class.clone(),
        _ => None,
    });
    assert_eq!(class.map(|c| c.label).as_deref(), Some("damage"));
}
