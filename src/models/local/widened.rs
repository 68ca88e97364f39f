//! A GGUF file as if its matrices stood in it in forms that the CPU multiplies fast.
//!
//! candle has vector instructions for most forms; `Q4_1`, `Q5_0` and `Q5_1` it multiplies number by number, and matrices of
//! 16 and 32 bits it keeps in 32. Those become `Q8_0` while they are read: eight bits a weight with a scale for every 32, an
//! eighth of the narrow forms' step. One tensor at a time is in memory on its way.

use std::collections::{BTreeMap, HashMap};
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

use candle_core::quantized::gguf_file::{Content, TensorInfo, VersionedMagic};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Shape};

use super::gguf::{bytes, count};

/// The form that a tensor has in memory, and how many bytes it takes there.
pub(super) fn in_memory(info: &TensorInfo) -> (GgmlDType, u64) {
    use GgmlDType as Form;
    let slow = matches!(
        info.ggml_dtype,
        Form::Q4_1 | Form::Q5_0 | Form::Q5_1 | Form::F16 | Form::BF16 | Form::F32
    );
    let rows_fit = |width: &usize| width.is_multiple_of(Form::Q8_0.block_size());
    let is_matrix = info.shape.rank() == 2 && info.shape.dims().last().is_some_and(rows_fit);
    let form = if slow && is_matrix {
        Form::Q8_0
    } else {
        info.ggml_dtype
    };
    (form, bytes(count(info), form))
}

/// Reads tensors from `file` and gives them in the form of [`in_memory`].
pub(super) struct Widened<R> {
    file: R,
    /// Where the tensors stand in the file, by where they seem to stand.
    tensors: BTreeMap<u64, TensorInfo>,
    data_offset: u64,
    at: u64,
    end: u64,
    /// The tensor that is read at present, and where it seems to begin.
    open: (u64, Vec<u8>),
}

impl<R: Read + Seek> Widened<R> {
    /// What `content` says of `file`, and the reader that goes with it.
    pub(super) fn new(content: Content, file: R) -> (Content, Self) {
        let mut seeming = HashMap::with_capacity(content.tensor_infos.len());
        let (mut tensors, mut end) = (BTreeMap::new(), 0);
        for (name, info) in content.tensor_infos {
            let (form, length) = in_memory(&info);
            let shown = TensorInfo {
                ggml_dtype: form,
                shape: Shape::from(info.shape.dims()),
                offset: end,
            };
            seeming.insert(name, shown);
            tensors.insert(end, info);
            end += length;
        }
        let shown = Content {
            magic: VersionedMagic::GgufV3,
            metadata: content.metadata,
            tensor_infos: seeming,
            tensor_data_offset: 0,
        };
        let reader = Self {
            file,
            tensors,
            data_offset: content.tensor_data_offset,
            at: 0,
            end,
            open: (u64::MAX, Vec::new()),
        };
        (shown, reader)
    }

    fn tensor(&mut self, info_at: u64) -> candle_core::Result<Vec<u8>> {
        let Some(info) = self.tensors.get(&info_at) else {
            candle_core::bail!("no tensor begins at {info_at}");
        };
        let tensor = info.read(&mut self.file, self.data_offset, &Device::Cpu)?;
        let (form, _) = in_memory(info);
        if form == tensor.dtype() {
            return Ok(tensor.data()?.into_owned());
        }
        let wide = QTensor::quantize(&tensor.dequantize(&Device::Cpu)?, form)?;
        Ok(wide.data()?.into_owned())
    }
}

impl<R: Read + Seek> Read for Widened<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let Some((begin, _)) = self.tensors.range(..=self.at).next_back() else {
            return Ok(0);
        };
        let begin = *begin;
        if self.open.0 != begin {
            let tensor = self.tensor(begin).map_err(Error::other)?;
            self.open = (begin, tensor);
        }
        let from = usize::try_from(self.at - begin).unwrap_or(usize::MAX);
        let rest = self.open.1.get(from..).unwrap_or_default();
        let read = rest.len().min(into.len());
        into[..read].copy_from_slice(&rest[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Widened<R> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
