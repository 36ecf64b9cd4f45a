INSERT INTO features (name, description, type, created_at)
SELECT 'flag-' || n, 'made up', 'release', now() - n * interval '1 hour' FROM generate_series(1, 400) AS n;
INSERT INTO feature_environments (feature_name, environment, enabled)
SELECT name, environment, true FROM features, unnest(ARRAY['development', 'production']) AS environment;
INSERT INTO feature_strategies (id, feature_name, project_name, environment, strategy_name, parameters)
SELECT md5(feature_name || environment)::uuid, feature_name, 'default', environment, 'flexibleRollout',
       jsonb_build_object('rollout', '100', 'stickiness', 'default', 'groupId', feature_name)
FROM feature_environments;
INSERT INTO events (type, created_by, data, project, feature_name)
SELECT 'feature-created', 'admin', json_build_object('name', name), 'default', name FROM features;
INSERT INTO client_metrics_env_daily (feature_name, app_name, environment, date, yes, no)
SELECT name, 'shop', 'production', current_date - day, 1000, 10 FROM features, generate_series(1, 5) AS day;
INSERT INTO client_metrics_env_variants_daily (feature_name, app_name, environment, date, variant, count)
SELECT feature_name, app_name, environment, date, 'blue', 500 FROM client_metrics_env_daily;
INSERT INTO api_tokens (secret, username, token_name, type, environment)
VALUES ('*:production.rehearsed', 'shop', 'shop', 'client', 'production');
INSERT INTO users (id, name, username, email) VALUES (1000, 'Somebody', 'somebody', 'somebody@example.org');
INSERT INTO role_user (role_id, user_id, project) VALUES (3, 1000, 'default');
