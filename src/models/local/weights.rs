//! Weights in a form that the CPU multiplies fast.
//!
//! The file holds four bits a weight with a scale and an offset for every 32 (`Q4_1`). candle multiplies that form without
//! vector instructions; eight bits a weight with a scale for every 32 (`Q8_0`) it multiplies with them. Widened once while
//! the model is loaded, the weights take 47 MB more and lose nothing that counts: the step of the wider form is about an
//! eighth of the narrow one's. Both forms: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use std::collections::HashMap;
use std::io::{Cursor, Read, Seek};

use candle_core::Device;
use candle_core::quantized::gguf_file::{Content, TensorInfo};
use candle_core::quantized::{GgmlDType, QTensor};

/// The same model with every `Q4_1` tensor as `Q8_0`, and the bytes that it is read from.
pub(super) fn widened<R: Read + Seek>(
    content: Content,
    file: &mut R,
) -> candle_core::Result<(Content, Cursor<Vec<u8>>)> {
    let mut bytes = Vec::new();
    let mut infos = HashMap::with_capacity(content.tensor_infos.len());
    for name in content.tensor_infos.keys() {
        let read = content.tensor(file, name, &Device::Cpu)?;
        let tensor = if read.dtype() == GgmlDType::Q4_1 {
            QTensor::quantize(&read.dequantize(&Device::Cpu)?, GgmlDType::Q8_0)?
        } else {
            read
        };
        let info = TensorInfo {
            ggml_dtype: tensor.dtype(),
            shape: tensor.shape().clone(),
            offset: bytes.len() as u64,
        };
        bytes.extend_from_slice(&tensor.data()?);
        infos.insert(name.clone(), info);
    }
    let content = Content {
        tensor_infos: infos,
        tensor_data_offset: 0,
        ..content
    };
    Ok((content, Cursor::new(bytes)))
}

#[cfg(test)]
mod tests {
    use candle_core::Tensor;
    use candle_core::quantized::gguf_file;

    use super::*;

    #[test]
    fn four_bits_become_eight_and_mean_the_same() {
        let values: Vec<f32> = (0..64 * 8_u16)
            .map(|n| (f32::from(n * 37 % 101) - 30.0) / 70.0)
            .collect();
        let weights = Tensor::from_vec(values, (8, 64), &Device::Cpu).unwrap();
        let narrow = QTensor::quantize(&weights, GgmlDType::Q4_1).unwrap();
        let norm = QTensor::quantize(&weights, GgmlDType::F32).unwrap();
        let mut file = Cursor::new(Vec::new());
        gguf_file::write(&mut file, &[], &[("narrow", &narrow), ("norm", &norm)]).unwrap();
        file.set_position(0);
        let content = Content::read(&mut file).unwrap();

        let (content, mut bytes) = widened(content, &mut file).unwrap();
        let read = |bytes: &mut Cursor<Vec<u8>>, name| {
            let tensor = content.tensor(bytes, name, &Device::Cpu).unwrap();
            let values = tensor.dequantize(&Device::Cpu).unwrap();
            (tensor.dtype(), values)
        };
        let (kind, wide) = read(&mut bytes, "narrow");
        assert_eq!(kind, GgmlDType::Q8_0);
        let before = narrow.dequantize(&Device::Cpu).unwrap();
        let away = (wide - before).unwrap().abs().unwrap().max_all().unwrap();
        let away = away.to_scalar::<f32>().unwrap();
        // Half a step of 1/127 of the largest weight.
        assert!(away <= 1.02 / 254.0 + 1e-3, "{away}");
        let (kind, same) = read(&mut bytes, "norm");
        assert_eq!(kind, GgmlDType::F32);
        assert_eq!(
            same.to_vec2::<f32>().unwrap(),
            weights.to_vec2::<f32>().unwrap()
        );
    }
}
