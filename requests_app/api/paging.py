"""Long lists, a page at a time, by a cursor that stays true while new rows come."""

from rest_framework.pagination import CursorPagination


class ByMoment(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-received_at", "id")


class BySaying(CursorPagination):
    page_size = 50
    ordering = ("written_at", "id")
