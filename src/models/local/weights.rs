//! Weights in a form that the CPU multiplies fast.
//!
//! The file holds four bits a weight with a scale and an offset for every 32 (`Q4_1`). candle multiplies that form without
//! vector instructions; eight bits a weight with a scale for every 32 (`Q8_0`) it multiplies with them. Widened once while
//! the model is loaded, the weights take 47 MB more and lose nothing that counts: the step of the wider form is about an
//! eighth of the narrow one's. Both forms: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use std::io::{Read, Seek};

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{CpuStorage, CustomOp1 as _, Device, Layout, Result, Tensor, bail};

/// A matrix for so many rows at once is quicker spread out to 32 bits first: the multiplication then reads every weight
/// once for many rows, where the quantised one takes row by row.
const SPREAD_FROM: usize = 24;

/// A matrix of eight bits a weight.
pub(super) struct Matrix(QTensor);

impl Matrix {
    /// `input` `(rows, in)` times the matrix `(out, in)`: `(rows, out)`.
    pub(super) fn times(&self, input: &Tensor) -> Result<Tensor> {
        if input.dim(0)? < SPREAD_FROM {
            return input.apply_op1_no_bwd(&self.0);
        }
        input.matmul(&self.0.dequantize(&Device::Cpu)?.t()?)
    }

    /// The same for one row: as many numbers as the matrix has rows.
    pub(super) fn times_one(&self, row: Vec<f32>) -> Result<Vec<f32>> {
        let layout = Layout::contiguous((1, row.len()));
        match self.0.cpu_fwd(&CpuStorage::F32(row), &layout)? {
            (CpuStorage::F32(product), _) => Ok(product),
            _ => bail!("the product is in another form"),
        }
    }

    /// One of its rows.
    pub(super) fn row(&self, id: u32) -> Result<Vec<f32>> {
        self.rows(&[id])?.squeeze(0)?.to_vec1()
    }

    /// Some of its rows: `(ids, in)`.
    pub(super) fn rows(&self, ids: &[u32]) -> Result<Tensor> {
        let (all, width) = self.0.shape().dims2()?;
        let bytes = self.0.data()?;
        let size = bytes.len() / all;
        let mut taken = Vec::with_capacity(ids.len() * size);
        for id in ids {
            let at = *id as usize * size;
            let Some(row) = bytes.get(at..at + size) else {
                bail!("there is no row {id} in {all}");
            };
            taken.extend_from_slice(row);
        }
        wide(taken, (ids.len(), width))?.dequantize(&Device::Cpu)
    }
}

fn wide(bytes: Vec<u8>, shape: (usize, usize)) -> Result<QTensor> {
    let storage = QStorage::from_data(bytes.into(), &Device::Cpu, GgmlDType::Q8_0)?;
    QTensor::new(storage, shape)
}

/// A file of weights.
pub(super) struct Source<'a, R> {
    pub content: &'a Content,
    pub file: &'a mut R,
}

impl<R: Read + Seek> Source<'_, R> {
    pub(super) fn value(&self, name: &str) -> Result<&Value> {
        let Some(value) = self.content.metadata.get(name) else {
            bail!("the file does not say {name}");
        };
        Ok(value)
    }

    pub(super) fn number(&self, name: &str) -> Result<usize> {
        match self.value(name)?.to_u32()? {
            0 => bail!("the file says that {name} is 0"),
            number => Ok(number as usize),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.content.tensor_infos.contains_key(name)
    }

    pub(super) fn vector(&mut self, name: &str) -> Result<Vec<f32>> {
        self.tensor(name)?.dequantize(&Device::Cpu)?.to_vec1()
    }

    /// The matrices one below the other, widened.
    pub(super) fn matrix(&mut self, names: &[&str]) -> Result<Matrix> {
        let (mut bytes, mut rows, mut width) = (Vec::new(), 0, None);
        for name in names {
            let mut tensor = self.tensor(name)?;
            let (out, input) = tensor.shape().dims2()?;
            if *width.get_or_insert(input) != input {
                bail!("{name} is {input} wide, unlike those before it");
            }
            if tensor.dtype() != GgmlDType::Q8_0 {
                tensor = QTensor::quantize(&tensor.dequantize(&Device::Cpu)?, GgmlDType::Q8_0)?;
            }
            bytes.extend_from_slice(&tensor.data()?);
            rows += out;
        }
        Ok(Matrix(wide(bytes, (rows, width.unwrap_or_default()))?))
    }

    fn tensor(&mut self, name: &str) -> Result<QTensor> {
        self.content.tensor(self.file, name, &Device::Cpu)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Cursor;

    use candle_core::quantized::gguf_file;

    use super::*;

    /// Numbers between -1 and 1 that repeat nowhere near.
    pub fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from(u16::try_from(state >> 16).unwrap()) / 32_768.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    /// A file of these tensors, each in this form.
    pub fn file(
        values: &[(&str, Value)],
        tensors: &[(&str, Tensor, GgmlDType)],
    ) -> Cursor<Vec<u8>> {
        let tensors: Vec<(&str, QTensor)> = tensors
            .iter()
            .map(|(name, tensor, form)| (*name, QTensor::quantize(tensor, *form).unwrap()))
            .collect();
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, t)| (*name, t)).collect();
        let values: Vec<(&str, &Value)> =
            values.iter().map(|(name, value)| (*name, value)).collect();
        let mut file = Cursor::new(Vec::new());
        gguf_file::write(&mut file, &values, &tensors).unwrap();
        file.set_position(0);
        file
    }

    fn matrix(rows: usize, width: usize, seed: u32) -> Tensor {
        Tensor::from_vec(numbers(rows * width, seed), (rows, width), &Device::Cpu).unwrap()
    }

    fn away(a: &Tensor, b: &Tensor) -> f32 {
        let away = (a - b).unwrap().abs().unwrap();
        away.max_all().unwrap().to_scalar().unwrap()
    }

    #[test]
    fn matrices_in_four_bits_and_in_eight_become_one_in_eight_that_means_the_same() {
        let (upper, lower) = (matrix(8, 64, 1), matrix(4, 64, 2));
        let mut file = file(
            &[],
            &[
                ("upper", upper.clone(), GgmlDType::Q4_1),
                ("lower", lower.clone(), GgmlDType::Q8_0),
                ("narrow", matrix(4, 32, 3), GgmlDType::Q8_0),
            ],
        );
        let content = Content::read(&mut file).unwrap();
        let mut source = Source {
            content: &content,
            file: &mut file,
        };
        let both = source.matrix(&["upper", "lower"]).unwrap();
        let rows = both.rows(&(0..12).collect::<Vec<_>>()).unwrap();
        // Half a step of the narrow form, a fifteenth of the range of 2, and half one of the wide.
        let wide_step = 1.0 / 127.0;
        assert!(away(&rows.narrow(0, 0, 8).unwrap(), &upper) < 1.0 / 15.0 + wide_step);
        assert!(away(&rows.narrow(0, 8, 4).unwrap(), &lower) <= wide_step);
        let same = away(&both.rows(&[9]).unwrap(), &rows.narrow(0, 9, 1).unwrap());
        assert!(same <= 0.0);
        assert!(both.rows(&[12]).is_err());
        assert!(source.matrix(&["upper", "narrow"]).is_err());
    }

    #[test]
    fn few_rows_and_many_are_multiplied_alike() {
        let mut file = file(&[], &[("m", matrix(40, 64, 4), GgmlDType::Q8_0)]);
        let content = Content::read(&mut file).unwrap();
        let mut source = Source {
            content: &content,
            file: &mut file,
        };
        let m = source.matrix(&["m"]).unwrap();
        let input = matrix(SPREAD_FROM, 64, 5);
        let many = m.times(&input).unwrap();
        for row in 0..SPREAD_FROM {
            let few = m.times(&input.narrow(0, row, 1).unwrap()).unwrap();
            // The quantised product rounds its input to eight bits, too: 64 products, each off by half a step at most.
            assert!(away(&many.narrow(0, row, 1).unwrap(), &few) < 64.0 * 0.5 / 127.0);
        }
    }
}
