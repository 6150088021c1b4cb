"""What reviews cover: their records, beside the migrations, and whether one covers a run."""
