//! `cargo xtask bless`: regenerates what is generated and committed. Look at the difference before committing it.

use std::fs;

use anyhow::{Context, Result};

use crate::process::{self, cargo, root};

pub(crate) fn run() -> Result<()> {
    for (page, file) in [(None, "openapi.json"), (Some("problems"), "problems.md"), (Some("package"), "package.schema.json")]
    {
        let mut command = cargo();
        command.args(["run", "--quiet", "--package", "baton-http", "--example", "openapi", "--"]).args(page);
        let text = process::output(&mut command)?;
        let path = root().join("docs/reference").join(file);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("bless: docs/reference/{file}");
    }
    println!("bless: snapshots");
    // Old snapshots are overwritten and the tests pass; what they then say is for the reviewer of the difference.
    process::run(cargo().env("INSTA_UPDATE", "always").args(["test", "--workspace", "--quiet"]))
}
