use std::sync::Arc;

use baton_model::{AccountId, IdSource, Millis, Timestamp, WorkspaceId};

use crate::{Account, Accounts, AccountsError, ApiKey, CustomerToken, Role, Session, TokenHash, WorkspaceRow};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Runs every case on stores that `open` makes, each empty.
pub fn accounts<A: Accounts>(open: impl Fn() -> Arc<A>) {
    workspaces_have_unique_slugs(&*open());
    accounts_belong_to_a_workspace(&*open());
    accounts_are_replaced_whole(&*open());
    sessions_end(&*open());
    revoked_keys_open_nothing(&*open());
    customer_tokens_expire(&*open());
    expired_rows_are_swept(&*open());
}

fn ids() -> IdSource {
    IdSource::new(NOW, 3)
}

fn hash(n: u8) -> TokenHash {
    TokenHash([n; 32])
}

fn workspace(store: &dyn Accounts, ids: &mut IdSource, slug: &str) -> WorkspaceId {
    let row = WorkspaceRow { id: ids.draw(), slug: slug.into(), name: slug.to_uppercase(), created_at: NOW };
    store.create_workspace(&row).expect("created");
    row.id
}

fn person(workspace: WorkspaceId, ids: &mut IdSource, email: &str) -> Account {
    Account {
        id: ids.draw(),
        workspace,
        email: email.into(),
        name: "Noor".into(),
        password_hash: "$argon2id$x".into(),
        role: Role::HumanAgent,
        human_agent: Some(ids.draw()),
        created_at: NOW,
    }
}

fn workspaces_have_unique_slugs(store: &dyn Accounts) {
    let mut ids = ids();
    assert!(store.workspaces().expect("readable").is_empty());
    let a = workspace(store, &mut ids, "shop");
    let b = workspace(store, &mut ids, "bank");
    let again = WorkspaceRow { id: ids.draw(), slug: "shop".into(), name: "Other".into(), created_at: NOW };
    assert!(matches!(store.create_workspace(&again), Err(AccountsError::Taken(_))));
    assert_eq!(store.workspaces().expect("readable").iter().map(|w| w.id).collect::<Vec<_>>(), [a, b]);
    assert_eq!(store.workspace_by_slug("bank").expect("readable").expect("there").id, b);
    assert_eq!(store.workspace(a).expect("readable").expect("there").name, "SHOP");
    assert!(store.workspace_by_slug("none").expect("readable").is_none());
    assert!(store.workspace(again.id).expect("readable").is_none());
}

fn accounts_belong_to_a_workspace(store: &dyn Accounts) {
    let mut ids = ids();
    let (shop, bank) = (workspace(store, &mut ids, "shop"), workspace(store, &mut ids, "bank"));
    let noor = person(shop, &mut ids, "noor@shop.example");
    store.create_account(&noor).expect("created");
    let twin = person(shop, &mut ids, "Noor@Shop.example");
    assert!(matches!(store.create_account(&twin), Err(AccountsError::Taken(_))), "case does not make another address");
    store.create_account(&person(bank, &mut ids, "noor@shop.example")).expect("another workspace");
    let nowhere = person(ids.draw(), &mut ids, "a@b.example");
    assert!(matches!(store.create_account(&nowhere), Err(AccountsError::Unknown(_))));

    assert_eq!(store.account_by_email(shop, "NOOR@shop.example").expect("readable"), Some(noor.clone()));
    assert_eq!(store.account(shop, noor.id).expect("readable"), Some(noor.clone()));
    assert_eq!(store.account(bank, noor.id).expect("readable"), None, "nothing crosses");
    assert_eq!(store.accounts(shop).expect("readable"), [noor]);
}

fn accounts_are_replaced_whole(store: &dyn Accounts) {
    let mut ids = ids();
    let (shop, bank) = (workspace(store, &mut ids, "shop"), workspace(store, &mut ids, "bank"));
    let mut noor = person(shop, &mut ids, "noor@shop.example");
    store.create_account(&noor).expect("created");
    store.create_account(&person(shop, &mut ids, "ada@shop.example")).expect("created");
    noor.role = Role::Supervisor;
    noor.human_agent = None;
    noor.name = "Noor B".into();
    assert!(store.update_account(&noor).expect("updated"));
    assert_eq!(store.account(shop, noor.id).expect("readable"), Some(noor.clone()));
    let taken = Account { email: "ada@shop.example".into(), ..noor.clone() };
    assert!(matches!(store.update_account(&taken), Err(AccountsError::Taken(_))));
    let elsewhere = Account { workspace: bank, ..noor.clone() };
    assert!(!store.update_account(&elsewhere).expect("refused"));
    assert_eq!(store.account(shop, noor.id).expect("readable"), Some(noor));
}

fn sessions_end(store: &dyn Accounts) {
    let mut ids = ids();
    let shop = workspace(store, &mut ids, "shop");
    let noor = person(shop, &mut ids, "noor@shop.example");
    store.create_account(&noor).expect("created");
    let open = |n: u8, account: AccountId| Session {
        token_hash: hash(n),
        account,
        created_at: NOW,
        expires_at: NOW + Millis::hours(1),
    };
    for n in 1..=3 {
        store.create_session(&open(n, noor.id)).expect("created");
    }
    assert!(matches!(store.create_session(&open(1, noor.id)), Err(AccountsError::Taken(_))));
    assert!(matches!(store.create_session(&open(9, ids.draw())), Err(AccountsError::Unknown(_))));

    let live = |n| store.session(&hash(n), NOW + Millis::mins(59)).expect("readable");
    assert_eq!(live(1), Some((open(1, noor.id), noor.clone())));
    assert!(live(9).is_none());
    assert!(store.session(&hash(1), NOW + Millis::hours(1)).expect("readable").is_none(), "over at its end");
    assert!(store.delete_session(&hash(1)).expect("deleted"));
    assert!(!store.delete_session(&hash(1)).expect("gone"));
    assert!(live(1).is_none());
    assert_eq!(store.delete_sessions_of(noor.id).expect("deleted"), 2);
    assert!(live(2).is_none());
}

fn revoked_keys_open_nothing(store: &dyn Accounts) {
    let mut ids = ids();
    let (shop, bank) = (workspace(store, &mut ids, "shop"), workspace(store, &mut ids, "bank"));
    let key = ApiKey {
        id: ids.draw(),
        workspace: shop,
        name: "bot".into(),
        role: Role::Bot,
        token_hash: hash(1),
        hint: "9f3a".into(),
        created_at: NOW,
        revoked_at: None,
    };
    store.create_api_key(&key).expect("created");
    assert!(matches!(store.create_api_key(&ApiKey { id: ids.draw(), ..key.clone() }), Err(AccountsError::Taken(_))));
    assert_eq!(store.api_key(&hash(1)).expect("readable"), Some(key.clone()));
    assert!(store.api_keys(bank).expect("readable").is_empty(), "nothing crosses");
    assert!(!store.revoke_api_key(bank, key.id, NOW).expect("refused"), "nothing crosses");
    assert!(store.revoke_api_key(shop, key.id, NOW).expect("revoked"));
    assert!(!store.revoke_api_key(shop, key.id, NOW).expect("already revoked"));
    assert!(store.api_key(&hash(1)).expect("readable").is_none());
    assert_eq!(store.api_keys(shop).expect("readable"), [ApiKey { revoked_at: Some(NOW), ..key }]);
}

fn customer_tokens_expire(store: &dyn Accounts) {
    let mut ids = ids();
    let shop = workspace(store, &mut ids, "shop");
    let token = CustomerToken {
        token_hash: hash(1),
        workspace: shop,
        conversation: ids.draw(),
        expires_at: NOW + Millis::hours(24),
    };
    store.create_customer_token(&token).expect("created");
    assert_eq!(store.customer_token(&hash(1), NOW).expect("readable"), Some(token.clone()));
    assert!(store.customer_token(&hash(1), token.expires_at).expect("readable").is_none());
    assert!(store.customer_token(&hash(2), NOW).expect("readable").is_none());
}

fn expired_rows_are_swept(store: &dyn Accounts) {
    let mut ids = ids();
    let shop = workspace(store, &mut ids, "shop");
    let noor = person(shop, &mut ids, "noor@shop.example");
    store.create_account(&noor).expect("created");
    for (n, minutes) in [(1, 1), (2, 60)] {
        let expires_at = NOW + Millis::mins(minutes);
        store
            .create_session(&Session { token_hash: hash(n), account: noor.id, created_at: NOW, expires_at })
            .expect("created");
        let conversation = ids.draw();
        store
            .create_customer_token(&CustomerToken { token_hash: hash(n), workspace: shop, conversation, expires_at })
            .expect("created");
    }
    assert_eq!(store.delete_expired(NOW + Millis::mins(2)).expect("swept"), 2);
    assert!(store.session(&hash(2), NOW).expect("readable").is_some());
    assert!(store.customer_token(&hash(2), NOW).expect("readable").is_some());
}
