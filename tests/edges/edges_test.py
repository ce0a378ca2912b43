#!/usr/bin/env python3
"""The layers hold: design by folders is worth nothing once a single include has gone around it."""
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import edges  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A small tree in which every edge is right.
SOUND = {
    "core/base/CMakeLists.txt": "graylane_library(core_base SOURCES base.cc)",
    "core/base/base.h": "#include <string>",
    "core/doc/CMakeLists.txt": "graylane_library(core_doc LINKS core_base)",
    "core/doc/value.h": '#include "base/base.h"',
    "core/api/CMakeLists.txt": "graylane_library(core_api LINKS core_base core_doc)",
    "core/api/object.h": '#include "doc/value.h"',
    "core/route/CMakeLists.txt": "graylane_library(core_route LINKS core_base TESTS table_test.cc TEST_LINKS core_api)",
    "core/route/table.h": '#include "base/base.h"',
    "core/route/table_test.cc": '#include "api/object.h"',
    "core/dialect/istio/CMakeLists.txt": "graylane_library(core_istio LINKS core_api core_route)",
    "core/dialect/istio/compile.h": '#include "api/object.h"\n#include "route/table.h"',
    "core/dialect/argo/CMakeLists.txt": "graylane_library(core_argo LINKS core_api)",
    "core/dialect/argo/rollout.h": '#include "api/object.h"',
    "shell/control/CMakeLists.txt": "graylane_library(shell_control\n  LINKS core_api  # a comment: shell_store\n)",
    "shell/control/port.h": '#include "api/object.h"',
    "shell/store/CMakeLists.txt": "graylane_library(shell_store LINKS shell_control)",
    "shell/store/memory.h": '#include "control/port.h"',
    "shell/gateway/CMakeLists.txt": "graylane_library(shell_gateway LINKS core_route shell_net)",
    "shell/gateway/gateway.h": '#include "route/table.h"\n#include "net/socket.h"',
    "shell/net/CMakeLists.txt": "graylane_library(shell_net)",
    "shell/net/socket.h": "",
}


class TheTree(unittest.TestCase):
    def test_edges_hold(self):
        self.assertEqual([], edges.broken_edges(ROOT), "\n" + "\n".join(edges.broken_edges(ROOT)))

    def test_no_source_file_is_too_long_to_read(self):
        self.assertEqual([], edges.long_files(ROOT))


class APlantedEdge(unittest.TestCase):
    """A check that cannot fail holds nothing: each kind of broken edge is planted once."""

    def broken(self, **changes):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**SOUND, **changes.get("files", {})}.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return edges.broken_edges(root)

    def assert_found(self, text, files):
        found = self.broken(files=files)
        self.assertTrue(any(text in line for line in found), found)

    def test_none_in_a_sound_tree(self):
        self.assertEqual([], self.broken())

    def test_core_includes_shell(self):
        self.assert_found("core/base/base.h:2: includes shell/net/socket.h: core never includes shell",
                          {"core/base/base.h": '#include <string>\n#include "net/socket.h"'})

    def test_core_includes_shell_by_a_relative_path(self):
        self.assert_found("core never includes shell", {"core/base/base.h": '#  include "../../shell/net/socket.h"'})

    def test_core_includes_shell_in_a_test(self):
        self.assert_found("in tests neither", {"core/base/base_test.cc": "#include <net/socket.h>"})

    def test_core_includes_upwards(self):
        self.assert_found("core/route may only include core/base",
                          {"core/route/table.h": '#include "api/object.h"'})

    def test_core_links_upwards(self):
        self.assert_found("core/doc/CMakeLists.txt links core/api",
                          {"core/doc/CMakeLists.txt": "graylane_library(core_doc LINKS core_base core_api)"})

    def test_a_folder_of_core_without_a_decision(self):
        self.assert_found("core/new has no line", {"core/new/x.h": '#include "base/base.h"'})

    def test_a_dialect_includes_another(self):
        self.assert_found("core/dialect/argo may only include",
                          {"core/dialect/argo/rollout.h": '#include "dialect/istio/compile.h"'})

    def test_the_gateway_reaches_objects_through_another_folder(self):
        self.assert_found("shell/gateway must not reach core/api", {
            "shell/net/CMakeLists.txt": "graylane_library(shell_net LINKS core_api)",
            "shell/net/socket.h": '#include "api/object.h"'})

    def test_control_includes_a_concrete_store(self):
        self.assert_found("shell/control must not reach shell/store",
                          {"shell/control/port.cc": '#include "store/memory.h"'})

    def test_control_links_a_concrete_gateway(self):
        self.assert_found("shell/control must not reach shell/gateway",
                          {"shell/control/CMakeLists.txt": "graylane_library(shell_control LINKS core_api shell_gateway)"})

    def test_an_include_without_a_link(self):
        self.assert_found("shell/gateway/CMakeLists.txt does not link shell/net (LINKS)",
                          {"shell/gateway/CMakeLists.txt": "graylane_library(shell_gateway LINKS core_route)"})

    def test_a_link_for_tests_used_by_code(self):
        self.assert_found("does not link core/doc (LINKS)", {
            "core/route/CMakeLists.txt": "graylane_library(core_route LINKS core_base TEST_LINKS core_doc core_api)",
            "core/route/table.cc": '#include "doc/value.h"'})

    def test_two_libraries_in_one_folder(self):
        self.assert_found("more than one library",
                          {"core/base/CMakeLists.txt": "graylane_library(core_base)\ngraylane_library(core_more)"})

    def test_a_file_that_is_too_long(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "core/base"))
            with open(os.path.join(root, "core/base/long.cc"), "w", encoding="utf-8") as file:
                file.write("\n" * (edges.LINES_MAX + 1))
            self.assertEqual(1, len(edges.long_files(root)))


if __name__ == "__main__":
    unittest.main()
