//! What is shipped: small enough, and each file as its card says.

use std::{fs, path::PathBuf};

use sha2::{Digest, Sha256};

/// All weights in the binary.
const MOST: usize = 12_000_000;

/// The files of every crate's `weights` folder, with their bytes.
fn weights() -> Vec<(PathBuf, Vec<u8>)> {
    let crates = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = fs::read_dir(crates).expect("the folder of crates").map(|e| e.expect("readable").path().join("weights"));
    folders
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| fs::read_dir(folder).expect("readable"))
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|end| end != "md"))
        .map(|path| (path.clone(), fs::read(path).expect("readable")))
        .collect()
}

#[test]
fn all_weights_together_are_small() {
    let total: usize = weights().iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(total > 2_000_000, "{total}: the weights were not found");
    assert!(total <= MOST, "{total} bytes of weights; at most {MOST}");
}

#[test]
fn every_binary_is_the_one_of_its_card() {
    for (path, bytes) in weights().iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "bin")) {
        let card = fs::read_to_string(path.with_extension("md")).unwrap_or_default();
        let hash: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert!(card.contains(&hash), "{}: its card, made with it, names another file", path.display());
        assert!(card.contains("## Made from"), "{}: its card names no data", path.display());
    }
}
