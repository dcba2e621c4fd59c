-- Its pair makes the tables of SQLite as narrow as PostgreSQL's are already; nothing differs here.
SELECT 1;
