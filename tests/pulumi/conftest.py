import pytest
from support import Project, Service


@pytest.fixture
def service():
    service = Service()
    yield service
    service.stop()


@pytest.fixture
def project(service, tmp_path):
    return Project(tmp_path / "users", service)


@pytest.fixture
def make(tmp_path):
    """Makes projects of services that a test has asked for with its own arguments."""
    started = []

    def make(*args, config=None, kind="CONNECT_MANAGED"):
        started.append(Service(*args, kind=kind))
        return Project(tmp_path / f"users-{len(started)}", started[-1], config)

    yield make
    for service in started:
        service.stop()
