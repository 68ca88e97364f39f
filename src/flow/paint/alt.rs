//! What a model says that a picture shows, held against what its draft may point to.

use super::{PaintJob, Painter};
use crate::domain::draft::{Draft, Revision};
use crate::domain::finding::Finding;
use crate::flow::{checks, compose};
use crate::store::StoreError;

impl Painter {
    /// What is wrong with the words that describe the picture: they go out like the text.
    pub(super) async fn in_alt(
        &self,
        work: &PaintJob,
        draft: &Draft,
        revision: &Revision,
        alt: &str,
    ) -> Result<Vec<Finding>, StoreError> {
        let mut tx = self.store.begin_lightly().await?;
        let persona = tx.persona(work.workspace).await?;
        let allowance = compose::allowance(&mut tx, &persona.voice, &draft.purpose).await?;
        // What the text says was judged there.
        let allowance = allowance.and_named_in(&revision.content.text);
        let instructions = self.prompts.picture_instructions();
        Ok(checks::alt_by_model(alt, &allowance, &instructions))
    }
}
