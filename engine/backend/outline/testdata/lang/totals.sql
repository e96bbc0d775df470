-- Totals by user.
SELECT u.name, SUM(o.total) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.name;
INSERT INTO log VALUES (1);
