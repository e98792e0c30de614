"""Tables and what ``db.*`` statements do with them (database.md), on SQLite and PostgreSQL through SQLAlchemy Core.

A table is read by ``compile.tables`` into the records of ``tables``; a ``where`` is compiled by ``compile.queries``
into a plan, a tuple of plain values that ``plans`` describes. When a statement runs, ``statements`` binds what it
was given to the types of the columns (``columns``), and asks the port ``Database`` of its world to ``do`` one piece
of ``Work``. Behind the port ``store`` turns work into one SQL statement: ``schema`` has the SQL tables, ``conditions``
makes conditions of plans, ``selects`` makes queries, ``functions`` is what SQLite lacks, ``refusals`` says what went
wrong. Nothing here is imported by a job that has no database statement.

Where others build on:

* migrations and ``xsrun db``: ``schema.prepare`` is called once for each datasource of a store, in the transaction
  that makes its tables, and is the only place where tables come into being; ``schema.definitions`` gives the SQL
  tables of a project. ``opening.database_of`` says which store a project has.
* seeds: ``Table.items``; ``columns.Columns.row`` makes a whole row of one.
* tests: ``opening.fresh(tables)`` is an empty database in memory with every table, in a few milliseconds.
* a world of its own: ``World(database=…)`` takes any of these.
"""
