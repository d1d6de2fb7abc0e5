"""What several tests of the desk open and close."""

import pytest
from desk_world import World, walk


@pytest.fixture
def made():
    """Open worlds, and close them whatever happens."""
    worlds = []

    def opened(rows, **wishes):
        world = World(walk(rows), **wishes)
        worlds.append(world)
        world.open()
        return world

    yield opened
    for world in worlds:
        world.close()
