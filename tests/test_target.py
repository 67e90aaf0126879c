"""Targets in observation files: each kind has its own fields, and what earlier versions wrote is still read."""

import json

import pytest
from pydantic import ValidationError

from auditor.model.observation import Run
from auditor.model.target import (
    CertificateFileTarget,
    ClientTarget,
    DeploymentTarget,
    ServerTarget,
    Service,
    SessionDescriptionTarget,
    TrustStoreTarget,
)

OLD_SERVER = (
    '{"name":"sbc1","host":"sbc1.example.net","port":5061,"service":"sip","perspective":"server",'
    '"address":"192.0.2.1","server_name":"sbc1.example.net","other_names":[],"roles":[],"site":"A","unresolved":null}'
)
OLD_HEAD = (
    '{"kind":"run","schema_version":"1","auditor_version":"0.1","at":"2026-11-21T00:00:00Z","targets":['
    + OLD_SERVER
    + ',{"name":"192.0.2.7","host":"192.0.2.7","port":5061,"service":"sip","perspective":"client",'
    '"address":"192.0.2.7","server_name":"sbc.example.net","other_names":[],"roles":[],"site":null,"unresolved":null},'
    '{"name":"new.pem","host":"new.pem","port":5061,"service":"sip","perspective":"certificate","address":null,'
    '"server_name":"sbc1.example.net","other_names":["sbc2.example.net"],"roles":["server"],"site":null,'
    '"unresolved":null},{"name":"offer.sdp","host":"offer.sdp","port":5061,"service":"sip","perspective":"sdp",'
    '"address":null,"server_name":null,"other_names":[],"roles":[],"site":null,"unresolved":null},'
    '{"name":"deployment","host":"deployment","port":5061,"service":"sip","perspective":"deployment","address":null,'
    '"server_name":null,"other_names":[],"roles":[],"site":null,"unresolved":null}]}'
)
"""A line of a file of observations, as it was written when every target had the fields of a server."""
NEW = (
    ServerTarget(
        name="sbc1", host="sbc1.example.net", port=5061, service=Service.SIP, address="192.0.2.1",
        server_name="sbc1.example.net", site="A",
    ),
    ClientTarget(
        name="192.0.2.7", address="192.0.2.7", port=5061, service=Service.SIP, server_name="sbc.example.net"
    ),
    CertificateFileTarget(
        name="new.pem", service=Service.SIP, names=("sbc1.example.net", "sbc2.example.net"), roles=("server",)
    ),
    SessionDescriptionTarget(name="offer.sdp"),
    DeploymentTarget(name="deployment"),
)  # fmt: skip


def test_a_head_of_an_earlier_version_is_read() -> None:
    assert Run.model_validate_json(OLD_HEAD).targets == NEW


def test_a_head_is_read_back_as_it_was_written() -> None:
    head = Run.model_validate_json(OLD_HEAD)
    assert Run.model_validate_json(head.model_dump_json()) == head


def test_a_server_is_written_as_before() -> None:
    assert NEW[0].model_dump_json() == OLD_SERVER


def test_no_host_and_no_port_are_made_up() -> None:
    for target in (*NEW[2:], TrustStoreTarget(name="roots.pem")):
        assert not {"host", "port", "address"} & json.loads(target.model_dump_json()).keys()


def test_an_unknown_field_is_an_error_in_a_head_of_any_version() -> None:
    with pytest.raises(ValidationError):
        Run.model_validate_json(OLD_HEAD.replace('"host":"offer.sdp"', '"host":"offer.sdp","colour":"red"'))
