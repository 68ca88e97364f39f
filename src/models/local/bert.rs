//! BERT as an ONNX graph that computes its large products in eight bits.
//!
//! The weights lie on the disk as numbers of 32 bits. Here each output of a linear layer gets its own scale and its weights
//! become whole numbers of eight bits; what goes in is quantised while it runs, a text at a time, so that a text's vector
//! depends on nothing but the text. Embeddings are kept the same way, a scale a word. The operators are those of
//! <https://onnx.ai/onnx/operators/>, the architecture is that of Devlin et al. 2019, <https://arxiv.org/abs/1810.04805>.
//!
//! candle, which runs the text models, would need no graph, but has BERT in 32 bits alone: less than half as many texts a
//! second as onnxruntime in eight bits, which is the bound. The graph is put together here, since no package that setup
//! fetches holds the model as an ONNX file with a scale for each output.

use std::cell::RefCell;

use anyhow::Context as _;
use rten_onnx::onnx::{
    AttributeProto, AttributeType, DataType, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    TensorProto, TypeProto, TypeProtoTensor, ValueInfoProto,
};
use safetensors::SafeTensors;
use serde::Deserialize;

/// The two inputs, each a row of whole numbers: the tokens, and their places from 0 on.
pub(super) const TOKENS: &str = "tokens";
pub(super) const PLACES: &str = "places";
/// The output: the mean of the last layer's states, as many numbers as the model is wide.
pub(super) const MEAN: &str = "mean";

/// The version of the operators that are used.
const OPERATORS: i64 = 17;

/// The part of a model's `config.json` that shapes the graph.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Config {
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    layer_norm_eps: f32,
}

/// Builds the graph. Weights become whole numbers of at most `largest`: 127, or 63 where the CPU adds pairs of products up
/// in sixteen bits.
pub(super) fn graph(
    weights: &SafeTensors<'_>,
    config: Config,
    largest: i8,
) -> anyhow::Result<ModelProto> {
    let mut graph = Graph {
        proto: GraphProto {
            input: vec![row_of_ints(TOKENS), row_of_ints(PLACES)],
            output: vec![ValueInfoProto {
                name: Some(MEAN.to_owned()),
                r#type: None,
            }],
            ..GraphProto::default()
        },
        weights,
        config,
        largest: f32::from(largest),
    };
    let mut states = graph.embeddings()?;
    for layer in 0..config.num_hidden_layers {
        states = graph.layer(&format!("encoder.layer.{layer}"), &states)?;
    }
    graph.mean(&states);
    Ok(ModelProto {
        ir_version: Some(8),
        graph: Some(graph.proto),
        opset_import: vec![OperatorSetIdProto {
            domain: None,
            version: Some(OPERATORS),
        }],
        ..ModelProto::default()
    })
}

/// A linear layer's weights, a row for each output, and what is added to each.
struct Linear {
    rows: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    fn then(mut self, other: Self) -> Self {
        self.rows.extend(other.rows);
        self.bias.extend(other.bias);
        self
    }

    fn times(mut self, factor: f32) -> Self {
        for value in self.rows.iter_mut().chain(&mut self.bias) {
            *value *= factor;
        }
        self
    }
}

struct Graph<'a> {
    proto: GraphProto,
    weights: &'a SafeTensors<'a>,
    config: Config,
    largest: f32,
}

impl Graph<'_> {
    fn embeddings(&mut self) -> anyhow::Result<String> {
        let words = self.rows_looked_up("embeddings.word_embeddings.weight", TOKENS)?;
        let places = self.rows_looked_up("embeddings.position_embeddings.weight", PLACES)?;
        let mut kind = self.read("embeddings.token_type_embeddings.weight")?;
        // There is only one text: all its tokens are of the first kind.
        kind.truncate(self.config.hidden_size);
        let width = self.config.hidden_size;
        let kind = self.floats("kind", &[width], &kind);
        let sum = self.node("Add", &[&words, &places], "embeddings.words_places");
        let sum = self.node("Add", &[&sum, &kind], "embeddings.sum");
        self.normalized("embeddings.LayerNorm", &sum)
    }

    fn layer(&mut self, name: &str, states: &str) -> anyhow::Result<String> {
        let heads = self.config.num_attention_heads;
        let (width, head) = (self.config.hidden_size, self.config.hidden_size / heads);
        let part = |part: &str| format!("{name}.{part}");
        #[expect(clippy::cast_precision_loss, reason = "a head has a few dozen numbers")]
        let scale = (head as f32).sqrt().recip();
        let all = self
            .linear(&part("attention.self.query"))?
            .times(scale)
            .then(self.linear(&part("attention.self.key"))?)
            .then(self.linear(&part("attention.self.value"))?);
        let all = self.apply(&part("attention.all"), states, &all);
        let split = self.ints(&part("split"), &[width, width, width]);
        let [query, key, value] = ["query", "key", "value"].map(part);
        self.proto.node.push(NodeProto {
            op_type: Some("Split".to_owned()),
            input: vec![all, split],
            output: vec![query.clone(), key.clone(), value.clone()],
            attribute: vec![int("axis", 1)],
            ..NodeProto::default()
        });
        let query = self.by_head(&query, &[1, 0, 2]);
        let key = self.by_head(&key, &[1, 2, 0]);
        let value = self.by_head(&value, &[1, 0, 2]);
        let scores = self.node("MatMul", &[&query, &key], &part("scores"));
        let shares = self.node_with(
            "Softmax",
            &[&scores],
            &part("shares"),
            vec![int("axis", -1)],
        );
        let mixed = self.node("MatMul", &[&shares, &value], &part("mixed"));
        let mixed = self.node_with(
            "Transpose",
            &[&mixed],
            &part("mixed_back"),
            vec![ints("perm", &[1, 0, 2])],
        );
        let flat = self.signed_ints(&part("flat_shape"), &[-1, i64::try_from(width)?]);
        let mixed = self.node("Reshape", &[&mixed, &flat], &part("mixed_flat"));
        let states = self.residual(&part("attention.output"), &mixed, states)?;
        let wide = self.linear(&part("intermediate.dense"))?;
        let wide = self.apply(&part("intermediate"), &states, &wide);
        let wide = self.gelu(&wide);
        self.residual(&part("output"), &wide, &states)
    }

    /// `[tokens, width]` to a matrix a head, its axes in the order `axes`.
    fn by_head(&mut self, states: &str, axes: &[i64]) -> String {
        let heads = i64::try_from(self.config.num_attention_heads).unwrap_or_default();
        let head = i64::try_from(self.config.hidden_size / self.config.num_attention_heads)
            .unwrap_or_default();
        let shape = self.signed_ints(&format!("{states}.shape"), &[-1, heads, head]);
        let split = self.node("Reshape", &[states, &shape], &format!("{states}.heads"));
        self.node_with(
            "Transpose",
            &[&split],
            &format!("{states}.by_head"),
            vec![ints("perm", axes)],
        )
    }

    /// A linear layer, what went in before added, normalised.
    fn residual(&mut self, name: &str, input: &str, before: &str) -> anyhow::Result<String> {
        let dense = self.linear(&format!("{name}.dense"))?;
        let dense = self.apply(&format!("{name}.dense"), input, &dense);
        let sum = self.node("Add", &[&dense, before], &format!("{name}.sum"));
        self.normalized(&format!("{name}.LayerNorm"), &sum)
    }

    /// `x / 2 * (1 + erf(x / sqrt 2))`, written as the engine knows it to be one step.
    fn gelu(&mut self, x: &str) -> String {
        let root = self.floats(&format!("{x}.root"), &[], &[std::f32::consts::SQRT_2]);
        let one = self.floats(&format!("{x}.one"), &[], &[1.0]);
        let half = self.floats(&format!("{x}.half"), &[], &[0.5]);
        let inner = self.node("Div", &[x, &root], &format!("{x}.inner"));
        let erf = self.node("Erf", &[&inner], &format!("{x}.erf"));
        let grown = self.node("Add", &[&erf, &one], &format!("{x}.grown"));
        let twice = self.node("Mul", &[x, &grown], &format!("{x}.twice"));
        self.node("Mul", &[&twice, &half], &format!("{x}.gelu"))
    }

    fn mean(&mut self, states: &str) {
        let node = NodeProto {
            op_type: Some("ReduceMean".to_owned()),
            input: vec![states.to_owned()],
            output: vec![MEAN.to_owned()],
            attribute: vec![ints("axes", &[0]), int("keepdims", 0)],
            ..NodeProto::default()
        };
        self.proto.node.push(node);
    }

    fn normalized(&mut self, name: &str, input: &str) -> anyhow::Result<String> {
        let width = self.config.hidden_size;
        let gain = self.read(&format!("{name}.weight"))?;
        let shift = self.read(&format!("{name}.bias"))?;
        let gain = self.floats(&format!("{name}.weight"), &[width], &gain);
        let shift = self.floats(&format!("{name}.bias"), &[width], &shift);
        let epsilon = AttributeProto {
            name: Some("epsilon".to_owned()),
            f: Some(self.config.layer_norm_eps),
            r#type: Some(AttributeType::FLOAT),
            ..AttributeProto::default()
        };
        let attributes = vec![int("axis", -1), epsilon];
        Ok(self.node_with(
            "LayerNormalization",
            &[input, &gain, &shift],
            &format!("{name}.out"),
            attributes,
        ))
    }

    /// The rows of a table, each in eight bits with its own scale.
    fn rows_looked_up(&mut self, table: &str, which: &str) -> anyhow::Result<String> {
        let width = self.config.hidden_size;
        let values = self.read(table)?;
        let mut rows = Vec::with_capacity(values.len());
        let mut scales = Vec::with_capacity(values.len() / width);
        for row in values.chunks_exact(width) {
            let scale = scale_of(row, 127.0);
            rows.extend(row.iter().map(|value| whole(value / scale)));
            scales.push(scale);
        }
        let rows = self.bytes(table, &[scales.len(), width], rows);
        let scales = self.floats(&format!("{table}.scale"), &[scales.len(), 1], &scales);
        let row = self.node("Gather", &[&rows, which], &format!("{table}.row"));
        let row = self.node_with(
            "Cast",
            &[&row],
            &format!("{table}.float"),
            vec![int("to", i64::from(DataType::FLOAT.0))],
        );
        let scale = self.node("Gather", &[&scales, which], &format!("{table}.row_scale"));
        Ok(self.node("Mul", &[&row, &scale], &format!("{table}.out")))
    }

    fn linear(&self, name: &str) -> anyhow::Result<Linear> {
        Ok(Linear {
            rows: self.read(&format!("{name}.weight"))?,
            bias: self.read(&format!("{name}.bias"))?,
        })
    }

    /// The product in eight bits, scaled back, and the bias.
    fn apply(&mut self, name: &str, input: &str, linear: &Linear) -> String {
        let outputs = linear.bias.len();
        let inputs = linear.rows.len() / outputs;
        let mut columns = vec![0_i8; linear.rows.len()];
        let mut scales = Vec::with_capacity(outputs);
        for (at, row) in linear.rows.chunks_exact(inputs).enumerate() {
            let scale = scale_of(row, self.largest);
            for (k, value) in row.iter().enumerate() {
                columns[k * outputs + at] = whole(value / scale);
            }
            scales.push(scale);
        }
        let part = |part: &str| format!("{name}.{part}");
        let weights = self.bytes(&part("weights"), &[inputs, outputs], columns);
        let zero = self.bytes(&part("zero"), &[], vec![0]);
        let scales = self.floats(&part("scales"), &[outputs], &scales);
        let bias = self.floats(&part("bias"), &[outputs], &linear.bias);
        let [quantized, scale, middle] = ["quantized", "scale", "middle"].map(part);
        self.proto.node.push(NodeProto {
            op_type: Some("DynamicQuantizeLinear".to_owned()),
            input: vec![input.to_owned()],
            output: vec![quantized.clone(), scale.clone(), middle.clone()],
            ..NodeProto::default()
        });
        let sums = self.node(
            "MatMulInteger",
            &[&quantized, &weights, &middle, &zero],
            &part("sums"),
        );
        let sums = self.node_with(
            "Cast",
            &[&sums],
            &part("float"),
            vec![int("to", i64::from(DataType::FLOAT.0))],
        );
        let scale = self.node("Mul", &[&scale, &scales], &part("scale_of_all"));
        let product = self.node("Mul", &[&sums, &scale], &part("product"));
        self.node("Add", &[&product, &bias], &part("out"))
    }

    fn read(&self, name: &str) -> anyhow::Result<Vec<f32>> {
        let tensor = self
            .weights
            .tensor(name)
            .with_context(|| format!("tensor {name}"))?;
        anyhow::ensure!(
            tensor.dtype() == safetensors::Dtype::F32,
            "{name} is not of 32 bits"
        );
        let numbers = tensor.data().chunks_exact(4);
        Ok(numbers
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect())
    }

    fn node(&mut self, operator: &str, inputs: &[&str], output: &str) -> String {
        self.node_with(operator, inputs, output, Vec::new())
    }

    fn node_with(
        &mut self,
        operator: &str,
        inputs: &[&str],
        output: &str,
        attribute: Vec<AttributeProto>,
    ) -> String {
        self.proto.node.push(NodeProto {
            op_type: Some(operator.to_owned()),
            input: inputs.iter().map(|&name| name.to_owned()).collect(),
            output: vec![output.to_owned()],
            attribute,
            ..NodeProto::default()
        });
        output.to_owned()
    }

    fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> String {
        let raw = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.constant(name, shape, DataType::FLOAT, raw)
    }

    fn ints(&mut self, name: &str, values: &[usize]) -> String {
        let values: Vec<i64> = values
            .iter()
            .map(|&value| i64::try_from(value).unwrap_or(i64::MAX))
            .collect();
        self.signed_ints(name, &values)
    }

    fn signed_ints(&mut self, name: &str, values: &[i64]) -> String {
        let raw = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.constant(name, &[values.len()], DataType::INT64, raw)
    }

    fn bytes(&mut self, name: &str, shape: &[usize], values: Vec<i8>) -> String {
        let raw = values.into_iter().map(i8::cast_unsigned).collect();
        self.constant(name, shape, DataType::INT8, raw)
    }

    fn constant(&mut self, name: &str, shape: &[usize], kind: DataType, raw: Vec<u8>) -> String {
        self.proto.initializer.push(TensorProto {
            dims: shape
                .iter()
                .map(|&size| i64::try_from(size).unwrap_or(i64::MAX))
                .collect(),
            data_type: Some(kind),
            raw_data: Some(RefCell::new(raw)),
            name: Some(name.to_owned()),
            ..TensorProto::default()
        });
        name.to_owned()
    }
}

fn row_of_ints(name: &str) -> ValueInfoProto {
    ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(TypeProto {
            tensor_type: Some(TypeProtoTensor {
                elem_type: Some(DataType::INT32),
                shape: None,
            }),
            ..TypeProto::default()
        }),
    }
}

fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: Some(name.to_owned()),
        i: Some(value),
        r#type: Some(AttributeType::INT),
        ..AttributeProto::default()
    }
}

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: Some(name.to_owned()),
        ints: values.to_vec(),
        r#type: Some(AttributeType::INTS),
        ..AttributeProto::default()
    }
}

/// What one step of eight bits is worth, so that the largest value of `row` becomes `largest`.
fn scale_of(row: &[f32], largest: f32) -> f32 {
    let most = row
        .iter()
        .fold(0.0_f32, |most, value| most.max(value.abs()));
    if most > 0.0 { most / largest } else { 1.0 }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounded and within eight bits: that is what it is for"
)]
fn whole(value: f32) -> i8 {
    value.round() as i8
}
