"""psycopg2 prepares only what its caller prepares: PREPARE and EXECUTE, as pools that do so by hand."""
import sys
import psycopg2

connection = psycopg2.connect("")
connection.autocommit = True
cursor = connection.cursor()
cursor.execute("PREPARE parcel AS SELECT * FROM parcels WHERE id = $1")


def ask():
    try:
        cursor.execute("EXECUTE parcel (1)")
        return "answered"
    except psycopg2.Error as error:
        return error.pgcode


ask()
print("asked", flush=True)
sys.stdin.readline()
print(ask(), flush=True)
connection.close()
