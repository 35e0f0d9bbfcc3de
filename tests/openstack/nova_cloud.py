"""A cloud around the real Nova of Debian (python3-nova): its API, conductor, scheduler and two hosts with its fake hypervisor, in this process, over HTTP on 127.0.0.1.

Keystone, Cinder, Neutron and Glance are what Nova's own tests put in their place, with as much of their interfaces in front as a client of ours needs.
Run by tests/openstack/run: HARBINGER_CLOUD_CHILD is what is run against it, with the URL of its identity service in HARBINGER_CLOUD.
"""
import json
import os
import re
import urllib.parse
import uuid

import nova.conf
from nova.tests import fixtures as nova_fixtures
from nova.tests.functional import integrated_helpers

import eventlet
from eventlet import wsgi
from neutronclient.common import exceptions as neutron_exceptions
from eventlet.green import subprocess

PROJECT = "6f70656e737461636b20342065766572"
IMAGE = "155d900f-4e14-4e4c-a73d-069cbf4541e6"


class Cloud(integrated_helpers.ProviderUsageBaseTestCase):
    compute_driver = "fake.MediumFakeDriver"

    def setUp(self):
        nova.conf.CONF.set_override(
            "api_paste_config", os.path.join(os.path.dirname(os.path.abspath(__file__)), "api-paste.ini"), group="wsgi")
        super().setUp()
        self.flags(allow_resize_to_same_host=True)
        # As neutronclient has it, which Nova asks for a group by its id or name.
        self.neutron.find_resource = self.find_resource
        self.cinder = self.useFixture(nova_fixtures.CinderFixture(self))
        self.volumes = {}
        for host in ("one", "two"):
            self.start_service("compute", host=host)

    def test_child(self):
        socket = eventlet.listen(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % socket.getsockname()[1]
        eventlet.spawn(wsgi.server, socket, self.front, log_output=False)
        environment = dict(os.environ, HARBINGER_CLOUD=self.url + "/identity", HARBINGER_CLOUD_IMAGE=IMAGE,
                           HARBINGER_CLOUD_NETWORK=nova_fixtures.NeutronFixture.network_1["id"])
        child = subprocess.Popen(os.environ["HARBINGER_CLOUD_CHILD"], shell=True, env=environment)
        self.assertEqual(0, child.wait(timeout=580))

    @staticmethod
    def find_resource(_, name_or_id, *__, **___):
        group = nova_fixtures.NeutronFixture.security_group
        if name_or_id not in (group["id"], group["name"]):
            raise neutron_exceptions.NotFound(message="no group " + name_or_id)
        return group

    def front(self, environ, start):
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == "/identity/v3/auth/tokens":
            return self.answer(start, "201 Created", self.token(), [("X-Subject-Token", "token")])
        if environ.get("HTTP_X_AUTH_TOKEN") != "token":
            return self.answer(start, "401 Unauthorized", {"error": {"message": "no token"}})
        if path.startswith("/compute/"):
            environ.update(PATH_INFO=path[len("/compute"):], HTTP_X_AUTH_USER="fake", HTTP_X_AUTH_PROJECT_ID=PROJECT,
                           HTTP_X_ROLES="reader,member")
            return self.api_fixture.app()(environ, start)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = json.loads(environ["wsgi.input"].read(length) or b"null")
        query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
        if path.startswith("/volume/v3/volumes"):
            return self.answer(start, *self.volume(method, path[len("/volume/v3/volumes"):], query, body))
        if path == "/network/v2.0/security-groups":
            group = nova_fixtures.NeutronFixture.security_group
            found = [group] if query.get("name", group["name"]) == group["name"] else []
            return self.answer(start, "200 OK", {"security_groups": found})
        return self.answer(start, "404 Not Found", {"itemNotFound": {"message": path}})

    @staticmethod
    def answer(start, status, body, fields=()):
        start(status, [("Content-Type", "application/json"), *fields])
        return [json.dumps(body).encode()]

    def token(self):
        catalog = [{"type": name, "endpoints": [{"interface": "public", "region_id": "here", "url": self.url + path}]}
                   for name, path in (("compute", "/compute/v2.1"), ("block-storage", "/volume/v3"),
                                      ("network", "/network"), ("image", "/image"))]
        return {"token": {"issued_at": "2026-11-27T09:00:00.000000Z", "expires_at": "2026-11-27T10:00:00.000000Z",
                          "catalog": catalog}}

    # As Nova's stand-in for Cinder sees a volume.
    def seen(self, volume):
        attached = list(self.cinder.volume_to_attachment[volume["id"]].values())
        return dict(volume, status="in-use" if attached else "available",
                    attachments=[{"server_id": each["instance_uuid"]} for each in attached])

    def volume(self, method, path, query, body):
        if method == "POST":
            volume = dict(body["volume"], id=str(uuid.uuid4()), created_at="2026-11-27T09:00:00.000000")
            self.volumes[volume["id"]] = volume
            return "202 Accepted", {"volume": dict(volume, status="creating")}
        if method == "DELETE":
            if self.seen(self.volumes[path[1:]])["attachments"]:
                return "400 Bad Request", {"badRequest": {"message": "Invalid volume: it is attached"}}
            del self.volumes[path[1:]]
            return "202 Accepted", None
        wanted = dict(re.findall(r"'([^']*)': '([^']*)'", query.get("metadata", "")))
        found = [self.seen(each) for each in self.volumes.values()
                 if all(each["metadata"].get(name) == value for name, value in wanted.items())]
        return "200 OK", {"volumes": found}
