//! Where a text stands in a space in which nearness is likeness of meaning.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A direction: 128 components in -127..=127, of which only the ratios matter. On the wire it is unpadded base64 of the
/// 128 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Embedding(Box<[i8; Embedding::DIMENSIONS]>);

impl Embedding {
    pub const DIMENSIONS: usize = 128;

    /// The direction of a vector; `None` where it has none (all zeros, or not a number).
    pub fn of(vector: &[f32; Self::DIMENSIONS]) -> Option<Self> {
        let largest = vector.iter().fold(0.0_f32, |max, v| max.max(v.abs()));
        if !largest.is_normal() || !vector.iter().all(|v| v.is_finite()) {
            return None;
        }
        Some(Self(Box::new(vector.map(|v| (v / largest * 127.0).round() as i8))))
    }

    pub fn components(&self) -> &[i8; Self::DIMENSIONS] {
        &self.0
    }

    /// -1 to 1.
    pub fn cosine(&self, other: &Self) -> f32 {
        let dot =
            |a: &Self, b: &Self| -> i32 { a.0.iter().zip(b.0.iter()).map(|(x, y)| i32::from(*x) * i32::from(*y)).sum() };
        dot(self, other) as f32 / (dot(self, self) as f32 * dot(other, other) as f32).sqrt()
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Embedding({}…)", &STANDARD_NO_PAD.encode(self.0.map(|v| v as u8))[..8])
    }
}

impl Serialize for Embedding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD_NO_PAD.encode(self.0.map(|v| v as u8)))
    }
}

impl<'de> Deserialize<'de> for Embedding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD_NO_PAD.decode(&text).map_err(|e| de::Error::custom(format!("an embedding is base64: {e}")))?;
        let bytes: [u8; Self::DIMENSIONS] = bytes.try_into().map_err(|b: Vec<u8>| {
            de::Error::custom(format!("an embedding has {} bytes, not {}", Self::DIMENSIONS, b.len()))
        })?;
        if bytes.iter().all(|b| *b == 0) {
            return Err(de::Error::custom("an embedding has a direction: not all bytes are 0"));
        }
        Ok(Self(Box::new(bytes.map(|b| b as i8))))
    }
}

impl utoipa::PartialSchema for Embedding {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "Unpadded base64 of 128 signed bytes: a direction in a space where nearness is likeness of meaning.",
            ))
            .into()
    }
}

impl utoipa::ToSchema for Embedding {}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(n: usize) -> Embedding {
        let mut vector = [0.0; Embedding::DIMENSIONS];
        vector[n] = 0.3;
        Embedding::of(&vector).expect("a direction")
    }

    #[test]
    fn nearness_is_the_angle() {
        assert_eq!(axis(0).cosine(&axis(0)), 1.0);
        assert_eq!(axis(0).cosine(&axis(1)), 0.0);
    }

    #[test]
    fn what_has_no_direction_is_refused() {
        assert!(Embedding::of(&[0.0; 128]).is_none());
        assert!(Embedding::of(&[f32::NAN; 128]).is_none());
        for bad in ["\"\"", "\"AAAA\"", "\"?\"", &format!("\"{}\"", STANDARD_NO_PAD.encode([0; 128]))] {
            assert!(serde_json::from_str::<Embedding>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_wire_keeps_every_component() {
        let mut vector = [0.0; Embedding::DIMENSIONS];
        for (i, v) in vector.iter_mut().enumerate() {
            *v = i as f32 - 64.0;
        }
        let embedding = Embedding::of(&vector).expect("a direction");
        let json = serde_json::to_string(&embedding).expect("serialises");
        assert_eq!(serde_json::from_str::<Embedding>(&json).expect("parses"), embedding);
    }
}
