"""Tables and what ``db.*`` statements do with them (database.md), on SQLite and PostgreSQL through SQLAlchemy Core.

A table is read by ``compile.tables`` into the records of ``tables``; a ``where`` is compiled by ``compile.queries``
into a plan, a tuple of plain values that ``plans`` describes. When a statement runs, ``statements`` binds what it
was given to the types of the columns (``columns``), and asks the port ``Database`` of its world to ``do`` one piece
of ``Work``. Behind the port ``store`` turns work into one SQL statement: ``schema`` has the SQL tables, ``conditions``
makes conditions of plans, ``selects`` makes queries, ``functions`` is what SQLite lacks, ``outbox`` notes what named
work came to, ``refusals`` says what went wrong. Nothing here is imported by a job that has no database statement.

Where others build on:

* where tables come into being and change: ``migration.prepare``, once for each datasource of a store, in one
  transaction; ``memory`` is what a datasource remembers of its tables, ``changes`` compares.
  ``opening.database_of`` says which store a project has, ``Store.upkeep`` is the way in for who looks after it.
* rows from the start and from files: ``seeds``, ``transfer``; ``columns.Columns.row`` makes a whole row of one.
* tests: ``opening.fresh(tables)`` is an empty database in memory with every table, in a few milliseconds.
* a world of its own: ``World(database=…)`` takes any of these. ``engine.database`` keeps what a run did, and
  ``runtime.triggers`` runs triggers, each as a database around another one.
"""
