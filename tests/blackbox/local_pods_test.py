#!/usr/bin/env python3
"""Local Pods as kubectl's users see them: what get and describe say, runs to an end, deletions of every kind, and a program that was
killed and started again.

Environment: GRAYLANE = the program (default build/release/graylane), KUBECTL = the client (default kubectl; Debian's package is
kubernetes-client).
"""
import re
import signal
import unittest

import api_test
import up

setUpModule = api_test.setUpModule

STUBBORN = "trap 'echo not now' TERM; echo up; while :; do sleep 0.05; done"


class LocalPodsTest(api_test.ApiTest):
    def run_pod(self, name, script, *flags):
        self.ok("run", name, "--image=example.com/any:1", *flags, "--command", "--", "sh", "-c", script)

    def field(self, name, path):
        return self.ok("get", "pod", name, "-o", f"jsonpath={{{path}}}")

    def wait_field(self, name, path, value):
        up.wait_for(lambda: self.field(name, path) == value, lambda: f"{path}={value}: {self.ok('get', 'pod', name, '-o', 'yaml')}")

    def wait_log(self, name, text):
        up.wait_for(lambda: text in self.ok("logs", name), f"{text} in the log of {name}")

    def listed(self, name):
        return name in self.ok("get", "pods", "-o", "name")

    def describe(self, name):
        """With every run of spaces as one."""
        return re.sub(r"[ \t]+", " ", self.ok("describe", "pod", name))


class Reading(LocalPodsTest):
    def test_get_and_describe_read_as_on_a_cluster(self):
        # What people look at first; every line of it they know from somewhere else.
        self.start()
        self.run_pod("web", "echo up; sleep 1000")
        self.ok("wait", "pod/web", "--for=condition=Ready", "--timeout=20s")
        self.assertRegex(self.ok("get", "pod", "web", "-o", "wide"), r"web +1/1 +Running +0 +\S+ +127\.10\.\S+ +graylane ")
        text = self.describe("web")
        for line in ("Node: graylane/127.0.0.1", "Status: Running", "State: Running", "Restart Count: 0", "QoS Class: BestEffort"):
            self.assertIn(line, text)
        self.assertRegex(text, r"Initialized True \n Ready True \n ContainersReady True \n PodScheduled True ")
        for line in (r"Normal Scheduled \S+ default-scheduler Successfully assigned default/web to graylane",
                     r"Normal Pulled \S+ kubelet.* Container image \"example.com/any:1\"", r"Normal Created \S+ kubelet.* Created container: web",
                     r"Normal Started \S+ kubelet.* Started container web"):
            self.assertRegex(text, line)

    def test_what_needs_a_container_says_that_there_is_none(self):
        # Each of these opens a connection of its own kind; what it says on refusal must reach the screen.
        self.start()
        self.run_pod("web", "echo up; sleep 1000")
        self.ok("wait", "pod/web", "--for=condition=Ready", "--timeout=20s")
        for what, command in {"exec": ("exec", "web", "--", "ls"), "attach": ("attach", "web"), "portforward": ("port-forward", "web", ":80")}.items():
            self.assertIn(f"pods/{what} is not served: Pods here are processes of this machine", self.refused(*command))

    def test_a_crash_reads_as_on_a_cluster(self):
        # "Why does it not run" is asked in these words.
        self.start()
        self.run_pod("bad", "echo no settings; exit 7")
        self.wait_field("bad", ".status.containerStatuses[0].state.waiting.reason", "CrashLoopBackOff")
        self.assertRegex(self.field("bad", ".status.containerStatuses[0].state.waiting.message"),
                         r"\Aback-off 10s restarting failed container=bad pod=bad_default\([0-9a-f-]{36}\)\Z")
        text = self.describe("bad")
        for line in ("Reason: CrashLoopBackOff", "Last State: Terminated\n Reason: Error", "Exit Code: 7", "no settings"):
            self.assertIn(line, text)
        self.assertRegex(text, r"Warning BackOff .*Back-off restarting failed container bad in pod bad_default\(")


class RunningToTheEnd(LocalPodsTest):
    def test_one_shot_pods(self):
        # kubectl run --rm is how people try something once.
        self.start()
        done = self.kubectl("run", "once", "--rm", "-i", "--restart=Never", "--image=any", "--command", "--", "echo", "all is well")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("all is well", done.stdout)
        self.assertFalse(self.listed("once"))
        self.run_pod("fails", "exit 3", "--restart=Never")
        self.wait_field("fails", ".status.phase", "Failed")
        self.assertRegex(self.ok("get", "pod", "fails"), r"fails +0/1 +Error +0 ")
        self.assertEqual(self.field("fails", ".status.containerStatuses[0].state.terminated.exitCode"), "3")
        self.ok("delete", "pod", "fails")


class Deleting(LocalPodsTest):
    def test_each_way_to_delete_ends_the_process(self):
        # A program that ignores SIGTERM, with a grace period of fifty minutes: nobody who says --now waits for that.
        running = self.start()
        for name, flags in (("now", ["--now"]), ("one", ["--grace-period=1"]), ("force", ["--force", "--grace-period=0"])):
            self.run_pod(name, STUBBORN, '--overrides={"apiVersion": "v1", "spec": {"terminationGracePeriodSeconds": 3000}}')
            self.wait_log(name, "up")
            self.ok("delete", "pod", name, *flags)
            self.assertFalse(self.listed(name))
            up.wait_for(lambda: not running.children(), lambda: f"{flags}: still there: {running.children()}")

    def test_delete_waits_for_the_end(self):
        # Who deletes and creates again must not meet the old process.
        running = self.start()
        self.run_pod("web", "trap 'sleep 1; exit 0' TERM; echo up; while :; do sleep 0.05; done")
        self.wait_log("web", "up")
        self.ok("delete", "pod", "web")
        self.assertEqual(running.children(), [])

    def test_a_pod_that_never_started_goes_at_once(self):
        # It has nothing to finish.
        self.start()
        self.ok("run", "strange", "--image=example.com/strange:1")
        self.wait_field("strange", ".status.containerStatuses[0].state.waiting.reason", "ErrImageNotMapped")
        self.ok("delete", "pod", "strange", "--timeout=10s")
        self.assertFalse(self.listed("strange"))


class Restarting(LocalPodsTest):
    def test_pods_of_people_go_on_after_kill_9(self):
        # Their objects are still there and say Running; so they have to run.
        running = self.start()
        self.run_pod("always", "echo up; sleep 1000")
        self.run_pod("once", "sleep 1000", "--restart=Never")
        self.run_pod("done", "echo result", "--restart=Never")
        self.run_pod("leaving", STUBBORN)
        for name in ("always", "once"):
            self.ok("wait", f"pod/{name}", "--for=condition=Ready", "--timeout=20s")
        self.wait_field("done", ".status.phase", "Succeeded")
        self.wait_log("leaving", "up")
        self.ok("delete", "pod", "leaving", "--wait=false")
        running.send_signal(signal.SIGKILL)
        running.wait_exit()
        up.wait_for(lambda: not running.children(), "no orphan")
        self.start()
        self.wait_field("always", ".status.containerStatuses[0].restartCount", "1")
        self.ok("wait", "pod/always", "--for=condition=Ready", "--timeout=20s")
        self.assertEqual(self.field("always", ".status.containerStatuses[0].lastState.terminated.reason"), "NodeRestart")
        self.wait_field("once", ".status.phase", "Failed")
        self.assertEqual(self.field("once", ".status.reason"), "NodeRestart")
        self.assertEqual((self.field("done", ".status.phase"), self.ok("logs", "done")), ("Succeeded", "result\n"))
        up.wait_for(lambda: not self.listed("leaving"), "what was being deleted is gone")


if __name__ == "__main__":
    unittest.main()
