//! What is decided over a whole dialogue, to the byte: no change of speed may change it.

mod dialogue;

#[test]
fn decisions_of_a_dialogue() {
    let (policy, facts) = (dialogue::policy(), dialogue::facts());
    let decided: Vec<_> = dialogue::told(&policy, &facts).into_iter().map(|(_, assessment)| assessment).collect();
    insta::assert_debug_snapshot!(decided);
}
