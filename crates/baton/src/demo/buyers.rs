//! The shop's customers and their orders.

use baton_model::{Customer, Millis, Money, Order, Tier, Timestamp};

/// A customer that the traffic may play.
#[derive(Debug, Clone)]
pub(crate) struct Regular {
    pub(crate) external_id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) locale: String,
    pub(crate) time_zone: String,
    pub(crate) order: String,
}

pub(super) struct Buyer {
    id: &'static str,
    name: &'static str,
    tier: Tier,
    locale: &'static str,
    zone: &'static str,
    since: &'static str,
    value: i64,
    /// Reference, status, days ago, total, items.
    orders: &'static [(&'static str, &'static str, i64, i64, &'static [&'static str])],
}

pub(super) const BUYERS: [Buyer; 10] = [
    Buyer {
        id: "c-1001",
        name: "Alba Fennick",
        tier: Tier::Vip,
        locale: "en-GB",
        zone: "Europe/London",
        since: "2019-04-02",
        value: 412_000,
        orders: &[
            ("TW-20418", "delivered", 12, 18_990, &["Cormorant rain jacket, navy, M"]),
            ("TW-20877", "shipped", 2, 8_990, &["Heron backpack, 26 l"]),
        ],
    },
    Buyer {
        id: "c-1002",
        name: "Bruno Castellane",
        tier: Tier::Standard,
        locale: "fr-FR",
        zone: "Europe/Paris",
        since: "2023-11-19",
        value: 17_980,
        orders: &[("TW-20655", "delivered", 24, 8_990, &["Heron backpack, 18 l"])],
    },
    Buyer {
        id: "c-1003",
        name: "Carla Windrose",
        tier: Tier::Plus,
        locale: "en-IE",
        zone: "Europe/Dublin",
        since: "2021-02-08",
        value: 96_400,
        orders: &[("TW-20790", "returned", 21, 12_900, &["Plover wool sweater, grey, L"])],
    },
    Buyer {
        id: "c-1004",
        name: "Dmitri Lanternov",
        tier: Tier::Standard,
        locale: "en-DE",
        zone: "Europe/Berlin",
        since: "2024-06-30",
        value: 4_990,
        orders: &[("TW-20901", "packing", 0, 4_990, &["Tern hat, green"])],
    },
    Buyer {
        id: "c-1005",
        name: "Elsbeth Ockham",
        tier: Tier::Vip,
        locale: "de-CH",
        zone: "Europe/Zurich",
        since: "2018-09-14",
        value: 731_500,
        orders: &[("TW-20733", "delivered", 9, 24_900, &["Cormorant rain jacket, red, S", "Tern hat, red"])],
    },
    Buyer {
        id: "c-1006",
        name: "Farid Summerhill",
        tier: Tier::Plus,
        locale: "en-NL",
        zone: "Europe/Amsterdam",
        since: "2020-12-01",
        value: 58_800,
        orders: &[("TW-20812", "shipped", 4, 15_900, &["Gannet trousers, black, 34"])],
    },
    Buyer {
        id: "c-1007",
        name: "Greta Millstone",
        tier: Tier::Standard,
        locale: "de-AT",
        zone: "Europe/Vienna",
        since: "2025-01-22",
        value: 8_990,
        orders: &[("TW-20866", "delivered", 6, 8_990, &["Heron backpack, 18 l"])],
    },
    Buyer {
        id: "c-1008",
        name: "Hugo Pinebright",
        tier: Tier::Standard,
        locale: "en-US",
        zone: "America/New_York",
        since: "2022-08-05",
        value: 32_470,
        orders: &[("TW-20598", "delivered", 33, 17_490, &["Cormorant rain jacket, olive, XL"])],
    },
    Buyer {
        id: "c-1009",
        name: "Isolde Farrow",
        tier: Tier::Plus,
        locale: "es-ES",
        zone: "Europe/Madrid",
        since: "2020-03-17",
        value: 120_100,
        orders: &[("TW-20844", "shipped", 3, 6_490, &["Plover scarf, blue", "Wool socks"])],
    },
    Buyer {
        id: "c-1010",
        name: "Jun Waverley",
        tier: Tier::Standard,
        locale: "en-JP",
        zone: "Asia/Tokyo",
        since: "2024-10-10",
        value: 21_900,
        orders: &[("TW-20719", "delivered", 15, 21_900, &["Cormorant rain jacket, navy, L", "Care wax"])],
    },
];

fn email(name: &str) -> String {
    format!("{}@mail.example", name.to_lowercase().replace(' ', "."))
}

pub(super) fn regular(b: &Buyer) -> Regular {
    Regular {
        external_id: b.id.into(),
        name: b.name.into(),
        email: email(b.name),
        locale: b.locale.into(),
        time_zone: b.zone.into(),
        order: b.orders.first().map_or_else(String::new, |o| o.0.to_owned()),
    }
}

pub(super) fn customer(b: &Buyer) -> Customer {
    Customer {
        external_id: b.id.into(),
        name: b.name.into(),
        tier: b.tier,
        email: Some(email(b.name)),
        phone: None,
        locale: Some(b.locale.into()),
        time_zone: Some(b.zone.into()),
        customer_since: Some(b.since.into()),
        lifetime_value: Some(Money { minor: b.value, currency: "EUR".into() }),
        attributes: [("newsletter".to_owned(), "yes".to_owned())].into(),
    }
}

pub(super) fn orders(b: &Buyer, now: Timestamp) -> Vec<Order> {
    b.orders
        .iter()
        .map(|(reference, status, days, total, items)| Order {
            reference: (*reference).into(),
            customer: b.id.into(),
            status: (*status).into(),
            placed_at: now - Millis::hours(24 * days),
            total: Some(Money { minor: *total, currency: "EUR".into() }),
            items: items.iter().map(|i| (*i).to_owned()).collect(),
            carrier: (*status != "packing").then(|| "Seagull Parcel".to_owned()),
            expected_at: (*status == "shipped").then(|| now + Millis::hours(30)),
            attributes: [].into(),
        })
        .collect()
}
