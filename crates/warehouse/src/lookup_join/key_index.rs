//! Keys, numbered in the order they came.

use datafusion::common::{Result, resources_datafusion_err};
use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Numbers of keys.
#[derive(Default)]
pub(super) struct KeyIndex {
    places: HashTable<Place>,
    /// The keys one behind the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// Which number comes next when keys come in the order they came before: tables that are computed from each other mostly have one order.
#[derive(Default)]
pub(super) struct Guess(u32);

struct Place {
    hash: u64,
    number: u32,
}

impl KeyIndex {
    /// The number of a key; the next one for a key that is new.
    ///
    /// # Errors
    /// When there are more than 4,294,967,294 keys.
    pub fn number(&mut self, key: &[u8], guess: &mut Guess) -> Result<u32> {
        if let Some(number) = self.guessed(key, guess) {
            return Ok(number);
        }
        let number = self.number_hashed(key)?;
        guess.0 = number.saturating_add(1);
        Ok(number)
    }

    /// The number of a key, if it has one.
    pub fn find(&self, key: &[u8], guess: &mut Guess) -> Option<u32> {
        if let Some(number) = self.guessed(key, guess) {
            return Some(number);
        }
        let number = self.find_hashed(xxh3_64(key), key)?;
        guess.0 = number.saturating_add(1);
        Some(number)
    }

    fn guessed(&self, key: &[u8], guess: &mut Guess) -> Option<u32> {
        let number = guess.0;
        let is_right = (number as usize) < self.ends.len() && self.key(number) == key;
        is_right.then(|| {
            guess.0 = number.saturating_add(1);
            number
        })
    }

    fn number_hashed(&mut self, key: &[u8]) -> Result<u32> {
        let hash = xxh3_64(key);
        if let Some(number) = self.find_hashed(hash, key) {
            return Ok(number);
        }
        let number = u32::try_from(self.ends.len()).ok().filter(|number| *number < u32::MAX);
        let number = number.ok_or_else(|| resources_datafusion_err!("a join has more than {} keys", u32::MAX))?;
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len());
        self.places.insert_unique(hash, Place { hash, number }, |place| place.hash);
        Ok(number)
    }

    fn find_hashed(&self, hash: u64, key: &[u8]) -> Option<u32> {
        let is_key = |place: &Place| place.hash == hash && self.key(place.number) == key;
        self.places.find(hash, is_key).map(|place| place.number)
    }

    fn key(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[number]]
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes held.
    pub fn size(&self) -> usize {
        self.places.allocation_size() + self.bytes.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_as_they_come() {
        let (mut index, mut guess) = (KeyIndex::default(), Guess::default());
        let given: Vec<u32> = ["b", "", "a", "b", "", "ab", ""]
            .iter()
            .map(|key| index.number(key.as_bytes(), &mut guess).unwrap())
            .collect();
        assert_eq!(given, [0, 1, 2, 0, 1, 3, 1]);
        assert_eq!(index.len(), 4);
        let found = ["ab", "a", "", "b", "", "a", "c"].map(|key| index.find(key.as_bytes(), &mut guess));
        assert_eq!(found, [Some(3), Some(2), Some(1), Some(0), Some(1), Some(2), None]);
        for number in 4..10_000 {
            assert_eq!(index.number(format!("key {number}").as_bytes(), &mut guess).unwrap(), number);
        }
        for order in [1, 7] {
            let numbers = (0..9_996).map(|place| 4 + place * order % 9_996);
            assert!(numbers.into_iter().all(|n| index.find(format!("key {n}").as_bytes(), &mut guess) == Some(n)));
        }
        assert!(index.size() > 10_000 * 8);
    }
}
