//! `kind = "match"`, `kind = "identity"` and `kind = "components"`.

use arrow::array::RecordBatch;
use bank::BusinessDate;
use identity::components::components;
use identity::matching::CustomerInputs;
use identity::{Judge, MatchConfig, RuleSettings, assign_customers, match_pairs};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use warehouse::kind::INPUT;
use warehouse::{Inputs, LookBack, Node, NodeKind};

/// Source records → decided pairs.
pub struct Match {
    /// Accept documents of region 99.
    pub synthetic_identifiers: bool,
}

#[derive(Deserialize)]
struct MatchParameters {
    rules: RuleSettings,
    score: MatchConfig,
}

impl NodeKind for Match {
    fn name(&self) -> &'static str {
        "match"
    }

    fn look_back(&self) -> LookBack {
        LookBack::Today
    }

    fn memory_bytes(&self, _role: &str, input_bytes: usize) -> usize {
        input_bytes * 2
    }

    fn run(&self, node: &Node, mut inputs: Inputs, date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
        let MatchParameters { rules, score } = parameters(node)?;
        let (records, documents) = (inputs.take("records")?, inputs.take("documents")?);
        let judge = Judge { as_of: date, synthetic: self.synthetic_identifiers };
        let pairs = match_pairs(records, &documents, &score, &rules, judge).map_err(|e| e.to_string())?;
        Ok(vec![pairs])
    }
}

/// Source records and decided pairs → cross-reference.
pub struct Identity {
    /// Accept documents of region 99.
    pub synthetic_identifiers: bool,
}

impl NodeKind for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn look_back(&self) -> LookBack {
        LookBack::Today
    }

    fn memory_bytes(&self, _role: &str, input_bytes: usize) -> usize {
        input_bytes * 5 / 4
    }

    fn run(&self, _node: &Node, mut inputs: Inputs, date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
        let inputs = CustomerInputs {
            records: inputs.take("records")?,
            documents: inputs.take("documents")?,
            pairs: inputs.take("pairs")?,
            before: inputs.take("before")?,
            decisions: inputs.take("decisions")?,
        };
        let judge = Judge { as_of: date, synthetic: self.synthetic_identifiers };
        Ok(vec![assign_customers(inputs, judge, date).map_err(|e| e.to_string())?])
    }
}

/// Relations → who hangs together.
pub struct Components;

impl NodeKind for Components {
    fn name(&self) -> &'static str {
        "components"
    }

    fn look_back(&self) -> LookBack {
        LookBack::Again
    }

    fn memory_bytes(&self, _role: &str, input_bytes: usize) -> usize {
        input_bytes * 3
    }

    fn run(&self, _node: &Node, mut inputs: Inputs, _date: BusinessDate) -> Result<Vec<RecordBatch>, String> {
        let relations = inputs.take(INPUT)?;
        Ok(vec![components(&relations).map_err(|e| e.to_string())?])
    }
}

fn parameters<T: DeserializeOwned>(node: &Node) -> Result<T, String> {
    node.parameters.clone().try_into().map_err(|e: toml::de::Error| e.message().to_owned())
}
