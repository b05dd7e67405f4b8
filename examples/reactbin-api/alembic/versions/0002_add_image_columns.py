"""Remember type and size of a reaction's image

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reactions", sa.Column("content_type", sa.String(50), nullable=True))
    op.add_column("reactions", sa.Column("size", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("reactions", "size")
    op.drop_column("reactions", "content_type")
