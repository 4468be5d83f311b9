"""Runs the cases of ../cases.json through boto3 or through the AWS CLI.

Usage: conformance.py boto3|cli. The Go test that starts it describes the servers in the environment (see
conformance_test.go, which also describes the table). Prints a line for each case; exits with 1 when one failed.
"""

import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import traceback
import unittest.mock

REGION = "us-west-2"


def credentials(name):
    """The access key, secret and session token of a case; None for a request without signature."""
    return json.loads(os.environ["E2E_CREDENTIALS"])[name]


def endpoint(server):
    return os.environ["E2E_API_SMALL" if server == "small" else "E2E_API"]


class Refused(Exception):
    """What a client made of an error answer: type, status and the members of the exception."""

    def __init__(self, **members):
        super().__init__(json.dumps(members, default=str))
        self.members = members


class Boto3:
    """boto3, a client for each case."""

    def __init__(self, case):
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        attempts = 1 if case.get("server") == "small" else 10
        config = {"retries": {"mode": "standard", "total_max_attempts": attempts}}
        secret = credentials(case.get("credentials", "permanent"))
        keys = {}
        if secret is None:
            config["signature_version"] = UNSIGNED
        else:
            keys = dict(zip(("aws_access_key_id", "aws_secret_access_key", "aws_session_token"), secret))
        self.clock = case.get("clock", 0)
        self.client = boto3.client(
            "ivschat", region_name=REGION, endpoint_url=endpoint(case.get("server")), config=Config(**config), **keys
        )

    def call(self, operation, given):
        from botocore.exceptions import ClientError

        method = getattr(self.client, snake(operation))
        try:
            with skewed_clock(self.clock):
                output = method(**given)
        except ClientError as error:
            members = {k[0].lower() + k[1:]: v for k, v in error.response.items() if k not in ("Error", "ResponseMetadata")}
            code = error.response["Error"]["Code"]
            modelled = getattr(self.client.exceptions, code, None)
            if modelled and not isinstance(error, modelled):
                raise AssertionError(f"{code} did not arrive as its typed exception but as {type(error)}") from error
            raise Refused(type=code, status=error.response["ResponseMetadata"]["HTTPStatusCode"], **members) from error
        del output["ResponseMetadata"]
        return output


class skewed_clock:
    """Makes botocore sign with a clock that is wrong by some seconds."""

    def __init__(self, seconds):
        import botocore.auth

        def now(remove_tzinfo=True):
            at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
            return at.replace(tzinfo=None) if remove_tzinfo else at

        self.patches = [unittest.mock.patch.object(botocore.auth, "get_current_datetime", now)] if seconds else []

    def __enter__(self):
        for patch in self.patches:
            patch.start()

    def __exit__(self, *_):
        for patch in self.patches:
            patch.stop()


class CLI:
    """The AWS CLI, a process for each call."""

    def __init__(self, case):
        self.secret = credentials(case.get("credentials", "permanent"))
        self.endpoint = endpoint(case.get("server"))
        self.attempts = "1" if case.get("server") == "small" else "10"
        self.clock = case.get("clock", 0)

    def call(self, operation, given):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        environment |= {
            "AWS_DEFAULT_REGION": REGION, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": self.attempts,
            "AWS_PAGER": "", "AWS_ENDPOINT_URL_IVSCHAT": self.endpoint, "PYTHONUTF8": "1",
        }
        # The program itself, except where its clock has to be wrong: nothing outside the process can do that.
        command = [sys.executable, __file__, "aws-with-clock", str(self.clock)] if self.clock else \
            [str(pathlib.Path(sys.executable).parent / "aws")]
        command += ["--output", "json", "ivschat", snake(operation).replace("_", "-"), "--cli-input-json", json.dumps(given)]
        if self.secret is None:
            command.append("--no-sign-request")
        else:
            names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
            environment |= {k: v for k, v in zip(names, self.secret) if v}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        if done.returncode == 0:
            return json.loads(done.stdout) if done.stdout.strip() else {}
        found = re.search(r"An error occurred \((\w+)\) when calling the (\w+) operation(?:.*?): \S", done.stderr)
        if not found or found[2] != operation:
            raise AssertionError(f"aws ended with {done.returncode} and said {done.stderr}")
        raise Refused(type=found[1])


def aws_with_clock(seconds, arguments):
    import awscli.clidriver

    with skewed_clock(seconds):
        return awscli.clidriver.create_clidriver().main(arguments)


def snake(operation):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def fill(value, saved):
    """Returns an input of the table with its references and repetitions replaced."""
    if isinstance(value, dict):
        if "$repeat" in value:
            text, times = value["$repeat"]
            return text * times
        return {k: fill(v, saved) for k, v in value.items()}
    if isinstance(value, list):
        return [fill(v, saved) for v in value]
    if isinstance(value, str) and value.startswith("${"):
        name, member = value[2:-1].split(".")
        return saved[name][member]
    return value


ABSENT = object()


def check(got, want, where):
    """Raises AssertionError unless got is what the table wants."""
    def fail():
        raise AssertionError(f"{where}: got {'nothing' if got is ABSENT else repr(got)[:300]}, want {want!r}")

    if isinstance(want, dict) and len(want) == 1 and next(iter(want)).startswith("$"):
        (matcher, value), = want.items()
        if matcher == "$absent":
            if got is not ABSENT and got is not None:
                fail()
        elif matcher == "$match":
            if not isinstance(got, str) or not re.search(value, got):
                fail()
        elif matcher == "$minutesFromNow":
            at = datetime.datetime.fromisoformat(got) if isinstance(got, str) else got
            if not isinstance(at, datetime.datetime):
                fail()
            minutes = (at - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 60
            if abs(minutes - value) > 0.9:
                fail()
        elif matcher == "$either":
            for alternative in value:
                try:
                    return check(got, alternative, where)
                except AssertionError:
                    pass
            fail()
        else:
            raise ValueError(f"the table has an unknown matcher {matcher}")
    elif isinstance(want, dict):
        if not isinstance(got, dict):
            fail()
        for key, value in want.items():
            check(got.get(key, ABSENT), value, f"{where}.{key}")
    elif isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            fail()
        for i, value in enumerate(want):
            check(got[i], value, f"{where}[{i}]")
    elif got != want:
        fail()


def run(make_client, case):
    client, saved = make_client(case), {}
    for number, step in enumerate(case["steps"], 1):
        where = f"step {number}, {step['call']}"
        output = refused = None
        for _ in range(step.get("times", 1)):
            try:
                output = client.call(step["call"], fill(step["with"], saved))
            except Refused as error:
                refused = error
                break
        if "fails" in step:
            want = fill(step["fails"], saved)
            if refused is None:
                raise AssertionError(f"{where}: got {output}, want it to fail with {want}")
            if isinstance(client, CLI):
                want = {"type": want["type"]}  # all that the CLI shows besides the text
            check(refused.members, want, where)
        elif refused is not None:
            raise AssertionError(f"{where}: {refused}")
        else:
            check(output, fill(step.get("gives", {}), saved), where)
            saved[step.get("as", "")] = output


def main(kind):
    make_client = {"boto3": Boto3, "cli": CLI}[kind]
    cases = json.loads((pathlib.Path(__file__).parent.parent / "cases.json").read_text())["cases"]
    failed = 0

    def attempt(case):
        try:
            run(make_client, case)
        except Exception:
            return traceback.format_exc()
        return None

    # boto3 cases patch the clock of the whole process, so only the CLI's run side by side.
    with concurrent.futures.ThreadPoolExecutor(4 if kind == "cli" else 1) as pool:
        for case, problem in zip(cases, pool.map(attempt, cases)):
            print(f"{'FAIL' if problem else 'ok'}: {case['name']}")
            if problem:
                failed += 1
                print(problem)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1] == "aws-with-clock":
        sys.exit(aws_with_clock(int(sys.argv[2]), sys.argv[3:]))
    sys.exit(main(sys.argv[1]))
