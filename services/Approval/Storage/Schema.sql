-- Run when it is not what ran last: each statement must be harmless when its work is already done.

CREATE TABLE IF NOT EXISTS approvals (
    id              uuid PRIMARY KEY,
    state           text NOT NULL,
    requester_id    text NOT NULL,
    session_id      text NOT NULL,
    approver_groups text[] NOT NULL,
    requested_at    timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    -- json, not jsonb: the facts stay as they came.
    request         json NOT NULL,
    votes           json NOT NULL,
    estimated_rows  double precision,
    plan            text,
    outcome         text,
    reason          text,
    resolved_at     timestamptz,
    ended_at        timestamptz,
    expiry_told_at  timestamptz
);
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS preview json;
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS bound_to text;
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS client_lost_at timestamptz;
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS passed_to uuid;
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS taken_from uuid;
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS result json;
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS revocation json;
CREATE INDEX IF NOT EXISTS approvals_unused ON approvals (bound_to) WHERE state = 'Approved';
CREATE INDEX IF NOT EXISTS approvals_open ON approvals (expires_at) WHERE state IN ('Pending', 'Approved') AND expiry_told_at IS NULL;
CREATE INDEX IF NOT EXISTS approvals_by_time ON approvals (requested_at DESC);
CREATE INDEX IF NOT EXISTS approvals_by_requester ON approvals (requester_id, requested_at DESC);

ALTER TABLE approvals ADD COLUMN IF NOT EXISTS explanations json NOT NULL DEFAULT '[]';
CREATE INDEX IF NOT EXISTS approvals_by_fingerprint ON approvals ((request ->> 'fingerprint'), requested_at DESC);
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS approver_people text[] NOT NULL DEFAULT '{}';
ALTER TABLE approvals ADD COLUMN IF NOT EXISTS escalates_at timestamptz;
CREATE INDEX IF NOT EXISTS approvals_escalating ON approvals (escalates_at) WHERE state = 'Pending' AND escalates_at IS NOT NULL;

-- Requests from before there were several requirements had one step: so many people of some roles.
UPDATE approvals SET request = (request::jsonb || jsonb_build_object('requirements', jsonb_build_array(jsonb_build_object(
    'rule', coalesce(request->'rules'->>0, ''),
    'steps', jsonb_build_array(jsonb_build_object('name', 'approval', 'mode', 0, 'count', coalesce((request->>'needed')::int, 1), 'approvers', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('kind', 0, 'name', role, 'groups', (request->'approverGroups')::jsonb)), '[]')
        FROM json_array_elements_text(request->'approverRoles') AS role)))))))::json
WHERE request->'requirements' IS NULL AND request->'approverRoles' IS NOT NULL;

-- Emergency access that must be looked at afterwards; open until it was.
CREATE TABLE IF NOT EXISTS reviews (
    id              uuid PRIMARY KEY,
    state           text NOT NULL,
    emergency       json NOT NULL,
    votes           json NOT NULL,
    opened_at       timestamptz NOT NULL,
    -- The next time at which it is overdue.
    due_at          timestamptz NOT NULL,
    justified       boolean,
    closed_at       timestamptz
);
CREATE INDEX IF NOT EXISTS reviews_open ON reviews (due_at) WHERE state = 'Open';

-- Messages that were decided on in the same transaction as the state they tell of.
CREATE TABLE IF NOT EXISTS outbox (
    position        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id              uuid NOT NULL,
    type            text NOT NULL,
    body            json NOT NULL,
    -- Null: published to whoever subscribes; else a reply to this address.
    reply_to        text,
    request_id      uuid,
    conversation_id uuid,
    created_at      timestamptz NOT NULL
);

-- Messages that were handled: a redelivery finds its id here and changes nothing.
CREATE TABLE IF NOT EXISTS inbox (
    message_id uuid PRIMARY KEY,
    handled_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS inbox_by_time ON inbox (handled_at);

-- What people and the clock decided, for ever: votes taken and refused, outcomes, uses.
CREATE TABLE IF NOT EXISTS decisions (
    position   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id uuid NOT NULL,
    at         timestamptz NOT NULL,
    kind       text NOT NULL,
    actor_id   text,
    actor_name text,
    code       text NOT NULL,
    detail     text
);
CREATE INDEX IF NOT EXISTS decisions_by_request ON decisions (request_id);
CREATE INDEX IF NOT EXISTS votes_by_time ON decisions (at) WHERE kind = 'vote';

-- Windows that people granted, by their request's id.
CREATE TABLE IF NOT EXISTS grants (
    id             uuid PRIMARY KEY,
    facts          json NOT NULL,
    expires_at     timestamptz NOT NULL,
    policy_version bigint NOT NULL,
    -- active, or why it ended.
    state          text NOT NULL,
    ended_at       timestamptz
);
CREATE INDEX IF NOT EXISTS grants_active ON grants (expires_at) WHERE state = 'active';

-- Counted by each Ingress process for itself, told whole each time.
CREATE TABLE IF NOT EXISTS grant_uses (
    grant_id uuid NOT NULL,
    user_id  text NOT NULL,
    uses     bigint NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (grant_id, user_id)
);

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME; END $$;

CREATE OR REPLACE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION tell_approval_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('approval_changed', NEW.id::text); RETURN NULL; END $$;

CREATE OR REPLACE TRIGGER approvals_changed AFTER INSERT OR UPDATE ON approvals
    FOR EACH ROW EXECUTE FUNCTION tell_approval_changed();

CREATE OR REPLACE TRIGGER grants_changed AFTER INSERT OR UPDATE ON grants
    FOR EACH ROW EXECUTE FUNCTION tell_approval_changed();

CREATE OR REPLACE FUNCTION tell_outbox_filled() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('approval_outbox', ''); RETURN NULL; END $$;

CREATE OR REPLACE TRIGGER outbox_filled AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION tell_outbox_filled();

CREATE OR REPLACE TRIGGER reviews_changed AFTER INSERT OR UPDATE ON reviews
    FOR EACH ROW EXECUTE FUNCTION tell_approval_changed();

-- Passkeys with which people confirm votes. Public keys only.
CREATE TABLE IF NOT EXISTS passkeys (
    credential_id bytea PRIMARY KEY,
    owner         text NOT NULL,
    principal_id  text NOT NULL,
    name          text NOT NULL,
    facts         json NOT NULL,
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz
);
CREATE INDEX IF NOT EXISTS passkeys_by_owner ON passkeys (owner);

-- What seals the portal's cookies; shared by its instances.
CREATE TABLE IF NOT EXISTS portal_keys (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xml      text NOT NULL
);

-- Sign-ins to the portal: a cookie counts while its own is here and not ended.
CREATE TABLE IF NOT EXISTS portal_sign_ins (
    id           uuid PRIMARY KEY,
    principal_id text NOT NULL,
    ends_at      timestamptz NOT NULL,
    ended_at     timestamptz
);
CREATE INDEX IF NOT EXISTS portal_sign_ins_by_end ON portal_sign_ins (ends_at);

CREATE OR REPLACE FUNCTION tell_signed_out() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('approval_sign_outs', NEW.id::text); RETURN NULL; END $$;

CREATE OR REPLACE TRIGGER portal_signed_out AFTER UPDATE ON portal_sign_ins
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION tell_signed_out();

-- What receivers are to be told: sent until it arrives, or is given up.
CREATE TABLE IF NOT EXISTS deliveries (
    event_id       uuid NOT NULL,
    receiver       text NOT NULL,
    event          text NOT NULL,
    request_id     uuid,
    notice         json NOT NULL,
    policy_version bigint NOT NULL,
    -- waiting, delivered, given-up or outdated.
    state          text NOT NULL,
    attempts       int NOT NULL,
    created_at     timestamptz NOT NULL,
    -- Not before; while somebody tries, not by others.
    next_at        timestamptz NOT NULL,
    give_up_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    last_error     text,
    PRIMARY KEY (event_id, receiver)
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (receiver, next_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_by_time ON deliveries (created_at DESC);

CREATE OR REPLACE FUNCTION tell_delivery_due() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('approval_deliveries', ''); RETURN NULL; END $$;

CREATE OR REPLACE TRIGGER deliveries_due AFTER INSERT ON deliveries
    FOR EACH STATEMENT EXECUTE FUNCTION tell_delivery_due();
