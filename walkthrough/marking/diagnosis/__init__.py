"""What a wrong number probably was: slips sought, findings weighed, blind spots.

No sentence of a report.
"""
